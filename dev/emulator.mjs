// Copyright 2026 mail_contact_sync contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Run the emulator from the folder that npm filled, on a loopback port, with the seed in a file:
//   node emulator.mjs FOLDER SERVICE PORT SEED
import fs from "node:fs";
import {pathToFileURL} from "node:url";

const [folder, service, port, seed] = process.argv.slice(2);
const found = `${folder}/node_modules/emulate/dist/api.js`;
const {createEmulator} = await import(pathToFileURL(found));
await createEmulator({
    service,
    port: Number(port),
    hostname: "127.0.0.1",
    baseUrl: `http://127.0.0.1:${port}`,
    seed: JSON.parse(fs.readFileSync(seed, "utf8")),
});
