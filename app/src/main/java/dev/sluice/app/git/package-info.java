/** Sources on their way to a build: a working tree as a commit, the server that build pods fetch it from, and a look at repositories elsewhere. */
@NullMarked
package dev.sluice.app.git;

import org.jspecify.annotations.NullMarked;
