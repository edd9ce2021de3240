package dev.sluice.model.dataplane;

/**
 * Where gateways send spans, and how many.
 *
 * @param endpoint of OTLP over HTTP, with its path; empty sends none
 * @param samplingRate share of the requests to trace whose client does not say whether it is traced itself, from 0 to 1
 */
public record TracingSettings(String endpoint, double samplingRate) {
    public TracingSettings {
        if (!(samplingRate >= 0 && samplingRate <= 1)) {
            throw new IllegalArgumentException("samplingRate must be from 0 to 1: " + samplingRate);
        }
    }

    public static TracingSettings off() {
        return new TracingSettings("", 0);
    }
}
