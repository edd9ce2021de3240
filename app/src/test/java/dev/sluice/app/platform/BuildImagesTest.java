package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildImagesTest {
    @Test
    void haveAJdkWhereTheyAreToldTo() {
        assertThat(jdk("true")).isTrue();
        assertThat(jdk("false")).isFalse();
        assertThat(jdk("")).isFalse();
        assertThat(BuildImages.jdk(_ -> null)).isFalse();
        assertThatThrownBy(() -> jdk("yes"))
                .isInstanceOf(PlatformException.class)
                .hasMessage("SLUICE_BUILD_JDK must be true or false, not \"yes\"");
    }

    private static boolean jdk(String value) {
        return BuildImages.jdk(Map.of("SLUICE_BUILD_JDK", value)::get);
    }
}
