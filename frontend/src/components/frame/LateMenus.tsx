import { type ComponentPropsWithRef, type ComponentType, Suspense, lazy, useState } from "react";
import { PersonButton } from "./PersonButton";
import { TenantButton } from "./TenantButton";

// Menus, and what places them, are a sixth of the first page's weight: they come when one is asked for.
const PersonMenu = lazy(() => import("./PersonMenu"));
const TenantMenu = lazy(() => import("./TenantMenu"));

function Late({ button: Button, menu: Menu }: { button: ComponentType<ComponentPropsWithRef<"button">>; menu: ComponentType }) {
  const [isAsked, ask] = useState(false);
  const closed = <Button aria-haspopup="menu" aria-expanded={false} onClick={() => ask(true)} />;
  return isAsked ? (
    <Suspense fallback={closed}>
      <Menu />
    </Suspense>
  ) : (
    closed
  );
}

export const LatePersonMenu = () => <Late button={PersonButton} menu={PersonMenu} />;
export const LateTenantMenu = () => <Late button={TenantButton} menu={TenantMenu} />;
