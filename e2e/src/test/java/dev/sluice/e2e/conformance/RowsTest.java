package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every row has a test, every gap is a row, and the gaps are as many as the README says. */
class RowsTest {
    @Test
    void listsTheRowsOfTheSuites() {
        assertThat(Rows.API).hasSize(28 + 1).doesNotHaveDuplicates();
        assertThat(Rows.RUNTIME).hasSize(22).doesNotHaveDuplicates();
        assertThat(Rows.END_TO_END).hasSize(36).doesNotHaveDuplicates();
        assertThat(Rows.BUILD).hasSize(42).doesNotHaveDuplicates();
    }

    @Test
    void hasATestForEachRow() throws Exception {
        assertThat(new TreeSet<>(shown())).containsExactlyInAnyOrderElementsOf(all().toList());
    }

    @Test
    void knowsHowManyGapsThereAre() {
        assertThat(Gaps.ON_KUBE_DEV).hasSize(0);
        assertThat(Gaps.NOT_YET).hasSize(0);
        assertThat(all()).containsAll(Gaps.ON_KUBE_DEV.keySet()).containsAll(Gaps.NOT_YET.keySet());
    }

    private static Stream<String> all() {
        return Stream.of(Rows.API, Rows.RUNTIME, Rows.END_TO_END, Rows.BUILD).flatMap(List::stream);
    }

    private static List<String> shown() throws IOException, URISyntaxException, ClassNotFoundException {
        var here = Path.of(Objects.requireNonNull(RowsTest.class.getResource("RowsTest.class"))
                        .toURI())
                .getParent();
        List<Method> methods;
        try (var files = Files.list(here)) {
            var names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Conformance.class"))
                    .map(name -> RowsTest.class.getPackageName() + "."
                            + name.substring(0, name.length() - ".class".length()))
                    .toList();
            methods = new java.util.ArrayList<>();
            for (var name : names) {
                methods.addAll(List.of(Class.forName(name).getDeclaredMethods()));
            }
        }
        return methods.stream()
                .map(method -> method.getAnnotation(Row.class))
                .filter(Objects::nonNull)
                .flatMap(row -> Arrays.stream(row.value()))
                .toList();
    }
}
