import type { Path } from "@berth/sdk/json.ts";
import { Button, Popover } from "@patternfly/react-core";
import { CheckCircleIcon } from "@patternfly/react-icons/dist/esm/icons/check-circle-icon.js";
import { ExclamationCircleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon.js";
import { ExclamationTriangleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon.js";
import { OutlinedCircleIcon } from "@patternfly/react-icons/dist/esm/icons/outlined-circle-icon.js";
import type { Lamp, LampColour } from "./lamp-rules.ts";

const ICONS = {
  red: ExclamationCircleIcon,
  yellow: ExclamationTriangleIcon,
  green: CheckCircleIcon,
  grey: OutlinedCircleIcon,
} as const satisfies Record<LampColour, unknown>;

/** Whether the template is right, in words; opened, what is missing, each a way to where it is. */
export function LampButton({
  lamp,
  onGo,
}: {
  readonly lamp: Lamp;
  readonly onGo: (path: Path, line: number | null) => void;
}) {
  const Icon = ICONS[lamp.colour];
  const button = (
    <Button variant="plain" className={`designer-lamp designer-lamp--${lamp.colour}`} icon={<Icon />}>
      <span aria-live="polite">{lamp.words}</span>
    </Button>
  );
  if (lamp.lines.length === 0) return button;
  return (
    <Popover
      aria-label={lamp.words}
      showClose
      bodyContent={(hide) => (
        <>
          <h2 className="designer-side-title">{lamp.words}</h2>
          <ul className="designer-missing">
            {lamp.lines.map(({ text, path, line, isError }) => (
              <li key={`${line} ${text}`}>
                <Button
                  variant="link"
                  isInline
                  isDanger={isError}
                  onClick={() => {
                    hide();
                    onGo(path, line);
                  }}
                >
                  {text}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    >
      {button}
    </Popover>
  );
}
