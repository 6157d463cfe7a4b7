import { subscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";

// The SDK sends a question in several small pieces. Unless told otherwise, TCP holds the second one back until the first is
// acknowledged, for which the other side takes 40 ms: with some twenty questions a person notices.
subscribe("net.client.socket", (message) => {
	if (typeof message === "object" && message !== null && "socket" in message && message.socket instanceof Socket)
		message.socket.setNoDelay(true);
});
