// node verify.mjs < {"body": "...", "header": "...", "secrets": ["..."]}
// Prints what Stripe's library makes of a signed body, a line for each secret: the event's id, or why it refuses.
import Stripe from "stripe";

const given = JSON.parse(process.argv[2]);
for (const secret of given.secrets) {
  try {
    console.log(Stripe.webhooks.constructEvent(Buffer.from(given.body, "base64"), given.header, secret, given.tolerance).id);
  } catch (error) {
    console.log(`${error.type ?? error.name}: ${error.message.split("\n")[0]}`);
  }
}
