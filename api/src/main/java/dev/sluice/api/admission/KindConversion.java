package dev.sluice.api.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Converts the objects of one kind between its versions, for the CRD's conversion webhook. Pure. */
public interface KindConversion {
    String group();

    String kind();

    /** @param toVersion without the group, for example {@code v1alpha1} */
    ObjectNode convert(ObjectNode object, String toVersion);
}
