import { ExpandableSection } from "@patternfly/react-core";
import { CheckCircleIcon } from "@patternfly/react-icons/dist/esm/icons/check-circle-icon.js";
import { ExclamationCircleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon.js";
import { InProgressIcon } from "@patternfly/react-icons/dist/esm/icons/in-progress-icon.js";
import { OutlinedCircleIcon } from "@patternfly/react-icons/dist/esm/icons/outlined-circle-icon.js";
import type { ReactNode } from "react";
import { When } from "../../kit/when.tsx";
import type { Chapter } from "./story-rules.ts";

export interface ChapterBody {
  readonly text: string | null;
  readonly content?: ReactNode;
  /** Folded away until somebody wants it. */
  readonly more?: ReactNode;
  readonly moreTitle?: string;
}

const SIGNS = {
  done: { Icon: CheckCircleIcon, className: "berth-good", word: "done" },
  now: { Icon: InProgressIcon, className: "berth-busy", word: "now" },
  next: { Icon: OutlinedCircleIcon, className: "berth-muted", word: "ahead" },
  failed: { Icon: ExclamationCircleIcon, className: "berth-bad", word: "failed" },
} as const;

export interface ChapterListProps {
  readonly chapters: readonly Chapter[];
  readonly bodyOf: (chapter: Chapter) => ChapterBody;
}

export function ChapterList({ chapters, bodyOf }: ChapterListProps) {
  return (
    <ol className="berth-story" aria-label="Story of the request">
      {chapters.map((chapter) => {
        const { Icon, className, word } = SIGNS[chapter.tone];
        const body = bodyOf(chapter);
        return (
          <li key={chapter.id} className={`berth-story__chapter berth-story__chapter--${chapter.tone}`}>
            <span className="berth-story__sign">
              <Icon className={className} title={word} />
            </span>
            <div className="berth-stack berth-story__text">
              <div className="berth-story__head">
                <h2>{chapter.title}</h2>
                {chapter.at !== null && (
                  <span className="berth-muted">
                    <When at={chapter.at} />
                  </span>
                )}
              </div>
              {body.text !== null && body.text !== "" && <p>{body.text}</p>}
              {body.content}
              {body.more !== undefined && (
                <ExpandableSection toggleText={body.moreTitle ?? "More"} className="berth-story__more">
                  {body.more}
                </ExpandableSection>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
