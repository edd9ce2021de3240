/** Defaulting, validation and conversion as functions over JSON, one per kind and version; the webhook server carries them out. */
@NullMarked
package dev.sluice.api.admission;

import org.jspecify.annotations.NullMarked;
