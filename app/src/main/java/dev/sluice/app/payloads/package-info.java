/** What enters workflow histories, encrypted where a key is given. */
@NullMarked
package dev.sluice.app.payloads;

import org.jspecify.annotations.NullMarked;
