import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { FirstSteps } from "../../api/generated/types.gen";
import { useTenant } from "../../components/useTenant";
import { LoadSample } from "../../forms/samples/LoadSample";
import { Panel } from "../../ui/Page";
import { Icon } from "../../ui/marks/icons";
import styles from "./FirstHour.module.css";

/** The way from nothing to an agent that calls a tool. It goes when all of it is done. */
export function FirstHour({ steps }: { steps: FirstSteps }) {
  const { tenant } = useTenant();
  const params = { tenant: tenant.slug };
  const newest = steps.newest && { ...params, name: steps.newest.tool, number: String(steps.newest.number) };
  const done = [steps.proposed, steps.approved, steps.called, steps.connected];
  const next = done.indexOf(false);
  if (next === -1) {
    return null;
  }
  return (
    <Panel title="Your first hour" aside={`${done.filter(Boolean).length} of ${done.length} done`}>
      <ol className={styles.steps}>
        <Step isDone={steps.proposed} isNext={next === 0} title="Have a tool">
          <p>
            A tool is a spec (what it takes, gives and may reach) and code that has passed the gates against it. Load a
            sample, which you can throw away again, write your own, or let an agent propose one.
          </p>
          <LoadSample which={0} filled>
            Load a sample: add up an order
          </LoadSample>
          <LoadSample which={1}>One with an effect: greet each guest once</LoadSample>
          <Button renderRoot={(button) => <Link {...button} to="/tenants/$tenant/tools/new" params={params} />}>
            Write a spec
          </Button>
        </Step>
        <Step isDone={steps.approved} isNext={next === 1} title="Approve it">
          <p>
            Nothing is served before a person has seen what it may do, and said yes to exactly that code. It can be
            taken back at any time.
          </p>
          {newest && (
            <Button
              variant="filled"
              renderRoot={(button) => (
                <Link {...button} to="/tenants/$tenant/tools/$name/versions/$number" params={newest} />
              )}
            >
              Review {newest.name}
            </Button>
          )}
        </Step>
        <Step isDone={steps.called} isNext={next === 2} title="Call it">
          <p>By hand, from the form that its schema makes. Every run is recorded, and can be replayed.</p>
          {newest && (
            <Button
              variant="filled"
              renderRoot={(button) => (
                <Link {...button} to="/tenants/$tenant/tools/$name" params={newest} search={{ tab: "call" }} />
              )}
            >
              Call {newest.name}
            </Button>
          )}
        </Step>
        <Step isDone={steps.connected} isNext={next === 3} title="Connect an agent">
          <p>Give it one address. It sends you here to say what it may do; it can never approve its own work.</p>
          <Button
            variant={next === 3 ? "filled" : "default"}
            renderRoot={(button) => <Link {...button} to="/tenants/$tenant/connect" params={params} />}
          >
            How to connect
          </Button>
        </Step>
      </ol>
    </Panel>
  );
}

type StepProps = { isDone: boolean; isNext: boolean; title: string; children: ReactNode };

function Step({ isDone, isNext, title, children }: StepProps) {
  return (
    <li className={styles.step} data-done={isDone} aria-current={isNext ? "step" : undefined}>
      <span className={styles.mark}>{isDone && <Icon name="check" size={14} />}</span>
      <div>
        <h3 className={styles.title}>
          {title}
          {isDone && <span className={styles.done}> done</span>}
        </h3>
        {isNext && <div className={styles.body}>{children}</div>}
      </div>
    </li>
  );
}
