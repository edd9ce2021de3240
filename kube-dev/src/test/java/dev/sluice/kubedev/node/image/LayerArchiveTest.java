package dev.sluice.kubedev.node.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerArchiveTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);
    private Path rootfs = Path.of("/");
    private int layers;

    @BeforeEach
    void root() throws IOException {
        rootfs = Files.createDirectory(folder.resolve("root"));
        Files.writeString(folder.resolve("outside"), "untouched");
    }

    private LayerArchiveTest file(String name, String content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        entry.setSize(data.length);
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
        return this;
    }

    private LayerArchiveTest link(String name, String target, byte kind) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
        return this;
    }

    /** Unpacks what was written so far and lays it over the root. */
    private void apply() throws IOException {
        tar.close();
        Path layer = Files.createDirectory(folder.resolve("layer" + layers++));
        LayerArchive archive = new LayerArchive();
        archive.unpack(new ByteArrayInputStream(bytes.toByteArray()), layer);
        archive.overlay(layer, rootfs);
        bytes.reset();
        tar = new TarArchiveOutputStream(bytes);
    }

    @Test
    void aLaterLayerReplacesAndRemoves() throws IOException {
        file("a/one", "1").file("a/two", "2").file("b/three", "3").apply();
        file("a/one", "new")
                .file("a/.wh.two", "")
                .file("b/.wh..wh..opq", "")
                .file("b/four", "4")
                .apply();
        assertThat(rootfs.resolve("a/one")).hasContent("new");
        assertThat(rootfs.resolve("a/two")).doesNotExist();
        assertThat(rootfs.resolve("b/three")).doesNotExist();
        assertThat(rootfs.resolve("b/four")).hasContent("4");
    }

    @Test
    void anEarlierLayerOfTheCacheIsNotChangedByALaterOne() throws IOException {
        file("a", "old").apply();
        file("a", "new").apply();
        assertThat(folder.resolve("layer0/a")).hasContent("old");
        assertThat(rootfs.resolve("a")).hasContent("new");
    }

    @Test
    void namesWithDotsStayInside() throws IOException {
        file("../../outside", "escaped").apply();
        assertThat(folder.resolve("outside")).hasContent("untouched");
        assertThat(rootfs.resolve("outside")).hasContent("escaped");
    }

    @Test
    void linksToTheOutsideAreFollowedInside() throws IOException {
        link("up", folder.toString(), TarConstants.LF_SYMLINK)
                .file("up/outside", "escaped")
                .apply();
        assertThat(folder.resolve("outside")).hasContent("untouched");
    }

    @Test
    void aFileThatReplacesALinkDoesNotWriteThroughIt() throws IOException {
        link("x", folder.resolve("outside").toString(), TarConstants.LF_SYMLINK).apply();
        file("x", "mine").apply();
        assertThat(folder.resolve("outside")).hasContent("untouched");
        assertThat(Files.isRegularFile(rootfs.resolve("x"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }

    @Test
    void hardLinksToTheOutsideStayInside() throws IOException {
        file("inside", "in")
                .link("hard", "../../../inside", TarConstants.LF_LINK)
                .apply();
        assertThat(rootfs.resolve("hard")).hasContent("in");
    }
}
