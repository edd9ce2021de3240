/** The wire names of Sluice's workflows, their data converter and their registration; each area has a package of its own. */
@NullMarked
package dev.sluice.workflows;

import org.jspecify.annotations.NullMarked;
