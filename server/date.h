/* SPDX-License-Identifier: MIT
 *
 * Date: the header line that says when an answer was made (RFC 9110, 6.6.1). Any thread.
 */
#ifndef PUSHLAB_DATE_H
#define PUSHLAB_DATE_H

#include "bytes.h"

/* Adds the whole line with its CRLF. Written anew once a second, copied in between. */
void date_add(struct builder *out);

#endif
