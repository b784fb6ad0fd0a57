import { markup } from "@odoo/owl";
import { HtmlComposerMessageField } from "@mail/views/web/fields/html_composer_message_field/html_composer_message_field";
import { createElementWithContent, isHtmlEmpty } from "@web/core/utils/html";
import { patch } from "@web/core/utils/patch";
import { renderToElement } from "@web/core/utils/render";
import { useRecordObserver } from "@web/model/relational_model/utils";

const CONTAINER = "o-signature-container";

/** The words of an element, however the editor has wrapped them. */
function words(element) {
    return (element?.textContent ?? "").replaceAll(/[\s\u200b\ufeff]+/g, " ").trim();
}

/** What core puts below a message of the full composer. */
function signed(signature) {
    const block = document.createElement("div");
    block.dataset.oMailQuote = "1";
    const newLine = () => document.createElement("br");
    const { childNodes } = createElementWithContent("div", markup(signature));
    block.append(newLine(), "-- ", newLine(), ...childNodes);
    return renderToElement("html_editor.Signature", {
        signature: markup(block.outerHTML),
        signatureClass: CONTAINER,
    });
}

/**
 * Where the quick composer has signed a message, the signature is that of the mailbox
 * it is written from.  What she has changed or removed there is hers and stays.
 */
patch(HtmlComposerMessageField.prototype, {
    setup() {
        super.setup(...arguments);
        this.isSigned = Boolean(this.props.record.context.mail_contact_sync_signed);
        this.signature = undefined;
        if (this.isSigned) {
            useRecordObserver(({ data }) => this.changeSignature(data.sync_signature));
        }
    },

    getConfig() {
        const config = super.getConfig(...arguments);
        const { onEditorReady } = config;
        config.onEditorReady = () => {
            onEditorReady?.();
            if (this.isSigned && this.signature === undefined) {
                this.signature = this.props.record.data.sync_signature;
                if (this.props.record.isNew) {
                    // Core has just signed for the user.
                    this.writeSignature();
                }
            }
        };
        return config;
    },

    changeSignature(signature) {
        if (this.signature === undefined || !this.editor?.editable) {
            return;
        }
        const former = isHtmlEmpty(this.signature) ? undefined : signed(this.signature);
        this.signature = signature;
        if (words(this.editor.editable.querySelector(`.${CONTAINER}`)) === words(former)) {
            this.writeSignature();
        }
    },

    writeSignature() {
        const { editable, shared } = this.editor;
        const container = editable.querySelector(`.${CONTAINER}`);
        const signature = isHtmlEmpty(this.signature) ? undefined : signed(this.signature);
        if (words(container) === words(signature)) {
            return;
        }
        container?.remove();
        if (signature) {
            editable.append(signature);
        }
        shared.history.addStep();
    },
});
