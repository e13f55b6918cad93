import { type RefObject, useEffect, useState } from "react";
import { type Point, wirePath } from "./wire-rules.ts";

export interface WiresProps {
  readonly map: RefObject<HTMLDivElement | null>;
  /** `data-end` of where the wires begin. */
  readonly from: string | null;
  readonly to: readonly string[];
}

/** Lines from the chosen place to what it is connected to. The same is said in words beside the ends. */
export function Wires({ map, from, to }: WiresProps) {
  const [paths, setPaths] = useState<readonly string[]>([]);
  const wanted = to.join("\n");
  useEffect(() => {
    const element = map.current;
    if (element === null || from === null) {
      setPaths([]);
      return;
    }
    const draw = () => {
      const start = endOf(element, from, "right");
      const ends = wanted.split("\n").flatMap((name) => endOf(element, name, "left") ?? []);
      setPaths(start === null ? [] : ends.map((end) => wirePath(start, end)));
    };
    draw();
    // Lanes stay in view while places scroll, so the ends move against each other.
    const resized = new ResizeObserver(draw);
    resized.observe(element);
    document.addEventListener("scroll", draw, { capture: true, passive: true });
    return () => {
      resized.disconnect();
      document.removeEventListener("scroll", draw, { capture: true });
    };
  }, [map, from, wanted]);
  return (
    <svg className="estate-wires" aria-hidden="true">
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

/** The middle of an end's side, in the map's own coordinates. */
function endOf(map: HTMLElement, name: string, side: "left" | "right"): Point | null {
  const element = map.querySelector(`[data-end="${CSS.escape(name)}"]`);
  if (element === null) return null;
  const [box, origin] = [element.getBoundingClientRect(), map.getBoundingClientRect()];
  return { x: box[side] - origin.left, y: box.top + Math.min(box.height / 2, 40) - origin.top };
}
