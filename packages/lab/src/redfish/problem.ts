/** An answer that is no success, as DSP0266 section 8.6 wants it. */
export class RedfishProblem extends Error {
  readonly status: number;
  readonly messageId: string;
  readonly args: readonly string[];

  constructor(status: number, messageId: string, message: string, args: readonly string[] = []) {
    super(message);
    this.status = status;
    this.messageId = messageId;
    this.args = args;
  }
}

export function problemBody(problem: RedfishProblem): unknown {
  return {
    error: {
      code: `Base.1.8.${problem.messageId}`,
      message: problem.message,
      "@Message.ExtendedInfo": [
        {
          "@odata.type": "#Message.v1_1_1.Message",
          MessageId: `Base.1.8.${problem.messageId}`,
          Message: problem.message,
          MessageArgs: problem.args,
          Severity: problem.status >= 500 ? "Critical" : "Warning",
          Resolution: "None",
        },
      ],
    },
  };
}

export const notFound = (path: string) =>
  new RedfishProblem(404, "ResourceMissingAtURI", `The resource at the URI ${path} was not found.`, [path]);

export const badValue = (property: string, value: unknown) =>
  new RedfishProblem(400, "PropertyValueNotInList", `The value for the property ${property} is not acceptable.`, [
    String(value).slice(0, 100),
    property,
  ]);

export const unknownProperty = (property: string) =>
  new RedfishProblem(400, "PropertyUnknown", `The property ${property} is not in the list of valid properties.`, [
    property,
  ]);

export const readOnly = (property: string) =>
  new RedfishProblem(400, "PropertyNotWritable", `The property ${property} is read only.`, [property]);
