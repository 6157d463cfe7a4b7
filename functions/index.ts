// The one entry of the bundle: registering comes first and cannot fail, complaints come from inside the handlers.
import "./detect.ts";
import "./deliver.ts";
import "./health.ts";
import "./answer.ts";
