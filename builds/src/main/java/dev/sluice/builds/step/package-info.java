/** What runs inside the pods of builds: small programs, started as {@code sluice step NAME ...}, that need no cluster and no Temporal. */
@NullMarked
package dev.sluice.builds.step;

import org.jspecify.annotations.NullMarked;
