/** Generates the CRD files of every kind from its Java types, and holds the files in the repository to them. */
@NullMarked
package dev.sluice.api.crd;

import org.jspecify.annotations.NullMarked;
