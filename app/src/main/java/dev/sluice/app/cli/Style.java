package dev.sluice.app.cli;

/** Colours, or none. */
record Style(boolean colour) {
    String good(String text) {
        return wrap("32", text);
    }

    String bad(String text) {
        return wrap("31", text);
    }

    String faint(String text) {
        return wrap("2", text);
    }

    String strong(String text) {
        return wrap("1", text);
    }

    private String wrap(String code, String text) {
        return colour ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
