import { Message } from "@mail/core/common/message";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /** The logo of a signature stands in every mail: what the text shows is no file beside it. */
    get filesBesideText() {
        const { attachment_ids: files, body, sync_access } = this.message;
        if (!sync_access) {
            return files;
        }
        const shown = new Set(
            [...body.toString().matchAll(/\/web\/image\/(\d+)/g)].map(([, id]) => Number(id))
        );
        return files.filter(({ id }) => !shown.has(id));
    },
});
