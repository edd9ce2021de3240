package dev.sluice.kubedev.node.pod;

import java.util.Map;

/** Replaces `$(NAME)` by the variable's value; `$$` stands for one `$`, and an unknown name stays as written. */
final class Expansion {

    private Expansion() {}

    static String expand(String text, Map<String, String> variables) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '$' && i + 1 < text.length()) {
                char next = text.charAt(i + 1);
                if (next == '$') {
                    out.append('$');
                    i += 2;
                    continue;
                }
                int close = next == '(' ? text.indexOf(')', i + 2) : -1;
                if (close > 0) {
                    String name = text.substring(i + 2, close);
                    String value = variables.get(name);
                    out.append(value != null ? value : text.substring(i, close + 1));
                    i = close + 1;
                    continue;
                }
            }
            out.append(c);
            i++;
        }
        return out.toString();
    }
}
