import { useEffect } from "@odoo/owl";
import { SelectMenu } from "@web/core/select_menu/select_menu";

const KEYS = new Set(["ArrowDown", "ArrowUp", "Enter"]);

/** Opens by the keys that open a list in a browser, too, not only by a letter or the mouse. */
export class SenderMenu extends SelectMenu {
    setup() {
        super.setup();
        const onKeydown = (event) => this.onKeydown(event);
        useEffect(
            (input) => {
                input?.addEventListener("keydown", onKeydown);
                return () => input?.removeEventListener("keydown", onKeydown);
            },
            () => [this.inputRef.el]
        );
    }

    onKeydown(event) {
        if (KEYS.has(event.key) && !this.dropdownState.isOpen) {
            // The key is done with: it chooses nothing from the list that it opens.
            event.preventDefault();
            event.stopPropagation();
            this.dropdownState.open();
        }
    }
}
