import { Message } from "@mail/core/common/message";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /**
     * The logo of a signature stands in every mail: what the text shows is no file beside it.
     * So it is with what was written from a mailbox; all else is shown as core shows it.
     */
    get filesBesideText() {
        const { attachment_ids: files, body, sync_access, sync_written } = this.message;
        if (!sync_access && !sync_written) {
            return files;
        }
        const shown = new Set(
            [...body.toString().matchAll(/\/web\/image\/(\d+)/g)].map(([, id]) => Number(id))
        );
        return files.filter(({ id }) => !shown.has(id));
    },
});
