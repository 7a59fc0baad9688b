import { client } from "./generated/client.gen";
import { noteAway } from "./outage";
import { apiError } from "./problems";

// Cookie sessions: the server takes a write only with this header, which no foreign page can send.
client.setConfig({ baseUrl: "", credentials: "same-origin", headers: { "X-Sealwright-Csrf": "1" } });

type Answer<Data> = { data?: Data; error?: unknown; response?: Response };

/** The data of a generated call, or a thrown ApiError. */
export async function data<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  const { data: value, error, response } = await call;
  if (!response) {
    noteAway();
  }
  if (!response?.ok) {
    throw apiError(error, response);
  }
  return value as Data;
}
