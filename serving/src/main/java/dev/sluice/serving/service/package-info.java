/** Services into Configurations and Routes, Configurations into Revisions. */
@NullMarked
package dev.sluice.serving.service;

import org.jspecify.annotations.NullMarked;
