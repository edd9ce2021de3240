package dev.sluice.builds.step;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a step finds around it. */
record StepContext(List<String> arguments, Map<String, String> environment, Path workingDirectory, PrintStream out) {
    StepContext {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    Path home() {
        return Path.of(environment.getOrDefault("HOME", "/builder/home"));
    }

    Optional<String> env(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** The value of {@code -name value}, {@code --name value} or {@code --name=value}. */
    Optional<String> option(String name) {
        return options(name).stream().reduce((_, last) -> last).filter(value -> !value.isEmpty());
    }

    String required(String name) {
        return option(name)
                .orElseThrow(() -> new StepFailure("MissingArgument", "the step was started without -" + name));
    }

    /** All values of a repeated option, in order. */
    List<String> options(String name) {
        var values = new ArrayList<String>();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            var bare = argument.startsWith("--")
                    ? argument.substring(2)
                    : argument.startsWith("-") ? argument.substring(1) : "";
            if (bare.equals(name) && i + 1 < arguments.size()) {
                values.add(arguments.get(++i));
            } else if (bare.startsWith(name + "=")) {
                values.add(bare.substring(name.length() + 1));
            }
        }
        return values;
    }
}
