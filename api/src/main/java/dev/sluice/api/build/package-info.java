/** The kinds of Knative Build: Build, BuildTemplate and ClusterBuildTemplate, their admission and how a template is applied. */
@NullMarked
package dev.sluice.api.build;

import org.jspecify.annotations.NullMarked;
