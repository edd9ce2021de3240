package dev.sluice.app.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkingTreeTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    Path folder;

    private final Repository bare = new InMemoryRepository(new DfsRepositoryDescription("bare"));

    @Test
    void sendsAFolderThatIsNoRepository() throws Exception {
        write("pom.xml", "<project/>");
        write("src/Main.java", "class Main {}");

        assertThat(paths(commit())).containsExactly("pom.xml", "src/Main.java");
    }

    @Test
    void leavesOutWhatGitignoreExcludes() throws Exception {
        write(".gitignore", "target/\n*.log\n");
        write("pom.xml", "<project/>");
        write("target/classes/Main.class", "x");
        write("deep/debug.log", "x");

        assertThat(paths(commit())).containsExactly(".gitignore", "pom.xml");
    }

    @Test
    void sendsUncommittedChangesAndNewFiles() throws Exception {
        try (var git = Git.init().setDirectory(folder.toFile()).call()) {
            write("a.txt", "committed");
            git.add().addFilepattern(".").call();
            git.commit().setMessage("a").setSign(false).call();
        }
        write("a.txt", "changed");
        write("b.txt", "new");

        var commit = commit();
        assertThat(paths(commit)).containsExactly("a.txt", "b.txt");
        assertThat(content(commit, "a.txt")).isEqualTo("changed");
    }

    @Test
    void sendsTrackedFilesEvenIfAPatternExcludesThem() throws Exception {
        try (var git = Git.init().setDirectory(folder.toFile()).call()) {
            write("kept.log", "tracked");
            git.add().addFilepattern(".").call();
            git.commit().setMessage("log").setSign(false).call();
        }
        write(".gitignore", "*.log\n");
        write("other.log", "untracked");

        assertThat(paths(commit())).containsExactly(".gitignore", "kept.log");
    }

    @Test
    void leavesOutDeletedFiles() throws Exception {
        try (var git = Git.init().setDirectory(folder.toFile()).call()) {
            write("a.txt", "a");
            write("b.txt", "b");
            git.add().addFilepattern(".").call();
            git.commit().setMessage("both").setSign(false).call();
        }
        Files.delete(folder.resolve("a.txt"));

        assertThat(paths(commit())).containsExactly("b.txt");
    }

    @Test
    void takesOnlyTheFolderOfALargerRepositoryByTheRulesOfTheWhole() throws Exception {
        try (var _ = Git.init().setDirectory(folder.toFile()).call()) {
            write(".gitignore", "*.log\n");
            write("service/pom.xml", "<project/>");
            write("service/x.log", "x");
            write("elsewhere/y.txt", "y");
        }

        var commit = new WorkingTree(folder.resolve("service")).commitTo(bare, "main", "test", NOON);
        assertThat(paths(commit)).containsExactly("pom.xml");
    }

    @Test
    void sameContentIsTheSameCommit() throws Exception {
        write("pom.xml", "<project/>");

        assertThat(new WorkingTree(folder).commitTo(bare, "main", "test", NOON.plusSeconds(60)))
                .isEqualTo(commit());
    }

    @Test
    void refusesAFolderWithNothingToSend() throws Exception {
        write(".git-is-not-here/.gitignore", "*");

        assertThatThrownBy(this::commit)
                .isInstanceOf(SourceException.class)
                .hasMessageStartingWith("nothing to build in " + folder);
    }

    private ObjectId commit() {
        var first = new WorkingTree(folder).commitTo(bare, "main", "test", NOON);
        return first;
    }

    private void write(String path, String content) throws IOException {
        var file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private SortedSet<String> paths(ObjectId commit) throws IOException {
        var found = new TreeSet<String>();
        try (var revisions = new RevWalk(bare);
                var walk = new TreeWalk(bare)) {
            walk.addTree(revisions.parseCommit(commit).getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                found.add(walk.getPathString());
            }
        }
        return found;
    }

    private String content(ObjectId commit, String path) throws IOException {
        try (var revisions = new RevWalk(bare);
                var walk = TreeWalk.forPath(
                        bare, path, revisions.parseCommit(commit).getTree())) {
            return new String(bare.open(walk.getObjectId(0)).getBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
