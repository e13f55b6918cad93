import { Banner, Spinner } from "@patternfly/react-core";
import { useConnection } from "../api/live.tsx";

/** Says so while Berth does not answer, and goes by itself. */
export function LostConnection() {
  const { connection } = useConnection();
  return (
    <div role="status">
      {connection === "lost" && (
        <Banner status="warning" screenReaderText="Warning:">
          <Spinner size="sm" aria-hidden="true" /> Connection lost, trying again. What is shown may be outdated.
        </Banner>
      )}
    </div>
  );
}
