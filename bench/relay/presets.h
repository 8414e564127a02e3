/* SPDX-License-Identifier: MIT
 *
 * Presets: the faults that real products have as they come, by the product's name.
 */
#ifndef PUSHRELAY_PRESETS_H
#define PUSHRELAY_PRESETS_H

struct preset {
    const char *name;
    const char *faults; /* as faults_set_list reads them */
    const char *story;
};

/* Ends with an entry without a name. */
extern const struct preset preset_table[];

/* NULL when there is none of this name. */
const struct preset *preset_find(const char *name);

#endif
