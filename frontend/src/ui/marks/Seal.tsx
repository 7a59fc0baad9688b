const TURN = Math.PI * 2;

function ring(lobes: number, radius: number, depth: number, phase: number): string {
  const steps = lobes * 12;
  const points = Array.from({ length: steps }, (_, step) => {
    const angle = (step / steps) * TURN;
    const r = radius * (1 + depth * Math.cos(lobes * angle + phase));
    return `${(16 + r * Math.cos(angle)).toFixed(2)} ${(16 + r * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${points.join("L")}Z`;
}

const EDGE = ring(14, 14.2, 0.045, 0);

/** The mark of the product: a pressed seal. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d={EDGE} fill="var(--accent)" />
      <circle cx="16" cy="16" r="10.6" fill="none" stroke="var(--panel)" strokeWidth="0.9" opacity="0.75" />
      <path
        d="M19.9 12.2c-.9-1.5-2.3-2.2-4-2.2-2.3 0-4 1.2-4 3.1 0 4.1 8.3 2 8.3 6 0 2-1.8 3.1-4.2 3.1-1.9 0-3.4-.8-4.3-2.4"
        fill="none"
        stroke="var(--panel)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}

function bytes(digest: string): number[] {
  return Array.from({ length: 8 }, (_, i) => Number.parseInt(digest.slice(i * 2, i * 2 + 2), 16) || 0);
}

/** The figure of one digest: another digest looks different at a glance, the digits stay the proof. */
export function SealFigure({ digest, size = 20 }: { digest: string; size?: number }) {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes(digest);
  const lobes = 5 + (a % 6);
  const depth = 0.16 + (b % 16) / 80;
  const phase = (c / 256) * TURN;
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" style={{ flex: "none" }}>
      <circle cx="16" cy="16" r="15" fill="none" stroke="var(--accent)" strokeWidth="1" opacity="0.5" />
      <g fill="none" stroke="var(--accent)" strokeWidth="1.1">
        <path d={ring(lobes, 11, depth, phase)} />
        <path d={ring(lobes, 11, depth, phase + Math.PI)} />
        <path d={ring(3 + (d % 5), 5.5, 0.15 + (e % 16) / 70, phase)} />
      </g>
    </svg>
  );
}
