package dev.sluice.app.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator.NoGitlinksStrategy;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.eclipse.jgit.treewalk.WorkingTreeOptions;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.util.FS;

/**
 * A folder as it is now, uncommitted files too, without what its {@code .gitignore} files exclude; what is tracked counts even
 * when a pattern excludes it. Inside a larger repository only the folder is taken, by the rules of the whole.
 */
public final class WorkingTree {
    private static final int TREE = 0;
    private static final int INDEX = 1;

    private final Path folder;

    public WorkingTree(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new SourceException("no such directory: " + folder);
        }
        this.folder = folder.toAbsolutePath().normalize();
    }

    /**
     * Commits the folder to a branch of a bare repository. The same content as the branch has gives the same commit.
     *
     * @return the commit
     */
    public ObjectId commitTo(Repository bare, String branch, String author, Instant now) {
        try (var inserter = bare.newObjectInserter();
                var revisions = new RevWalk(bare)) {
            var tree = insert(inserter);
            var ref = Constants.R_HEADS + branch;
            var parent = bare.resolve(ref);
            if (parent != null && revisions.parseCommit(parent).getTree().equals(tree)) {
                return parent;
            }
            var commit = new CommitBuilder();
            commit.setTreeId(tree);
            if (parent != null) {
                commit.setParentId(parent);
            }
            var person = new PersonIdent(author, author + "@localhost", now, ZoneOffset.UTC);
            commit.setAuthor(person);
            commit.setCommitter(person);
            commit.setMessage("Working tree of " + folder.getFileName() + "\n");
            var id = inserter.insert(commit);
            inserter.flush();
            var update = bare.updateRef(ref);
            update.setNewObjectId(id);
            update.setForceUpdate(true);
            var result = update.update();
            if (result == RefUpdate.Result.LOCK_FAILURE || result == RefUpdate.Result.IO_FAILURE) {
                throw new SourceException("storing " + folder + ": " + result);
            }
            return id;
        } catch (IOException e) {
            throw new SourceException("reading " + folder + ": " + e.getMessage(), e);
        }
    }

    private ObjectId insert(ObjectInserter inserter) throws IOException {
        var found = findRepository();
        if (found.isEmpty()) {
            var files = new FileTreeIterator(
                    folder.toFile(),
                    FS.DETECTED,
                    new org.eclipse.jgit.lib.Config().get(WorkingTreeOptions.KEY),
                    NoGitlinksStrategy.INSTANCE);
            return insert(inserter, files, Optional.empty(), "");
        }
        try (var repository = found.get()) {
            var top = repository.getWorkTree().toPath().toRealPath();
            var prefix = top.relativize(folder.toRealPath()).toString();
            var files = new FileTreeIterator(repository, NoGitlinksStrategy.INSTANCE);
            return insert(inserter, files, Optional.of(repository.readDirCache()), prefix);
        }
    }

    private ObjectId insert(ObjectInserter inserter, FileTreeIterator files, Optional<DirCache> index, String prefix)
            throws IOException {
        var entries = DirCache.newInCore();
        var builder = entries.builder();
        try (var walk = new TreeWalk(inserter.newReader())) {
            walk.addTree(files);
            walk.addTree(index.isPresent() ? new DirCacheIterator(index.get()) : new EmptyTreeIterator());
            if (!prefix.isEmpty()) {
                walk.setFilter(PathFilter.create(prefix));
            }
            while (walk.next()) {
                var file = walk.getTree(TREE, WorkingTreeIterator.class);
                if (file == null) {
                    continue; // deleted in the working tree
                }
                boolean tracked = walk.getRawMode(INDEX) != FileMode.TYPE_MISSING;
                var path = walk.getPathString();
                boolean above = prefix.startsWith(path + "/") || prefix.equals(path);
                if (!tracked && !above && file.isEntryIgnored()) {
                    continue;
                }
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                } else {
                    builder.add(entry(inserter, file, inFolder(path, prefix)));
                }
            }
        }
        builder.finish();
        if (entries.getEntryCount() == 0) {
            throw new SourceException(
                    "nothing to build in " + folder + ": it holds no file that .gitignore lets through");
        }
        return entries.writeTree(inserter);
    }

    private static DirCacheEntry entry(ObjectInserter inserter, WorkingTreeIterator file, String path)
            throws IOException {
        var entry = new DirCacheEntry(path);
        entry.setFileMode(file.getEntryFileMode());
        try (var content = file.openEntryStream()) {
            entry.setObjectId(inserter.insert(Constants.OBJ_BLOB, file.getEntryContentLength(), content));
        }
        return entry;
    }

    private static String inFolder(String path, String prefix) {
        return prefix.isEmpty() ? path : path.substring(prefix.length() + 1);
    }

    private Optional<Repository> findRepository() throws IOException {
        var finder = new FileRepositoryBuilder().findGitDir(folder.toFile());
        if (finder.getGitDir() == null) {
            return Optional.empty();
        }
        var repository = finder.build();
        if (repository.isBare()) {
            repository.close();
            return Optional.empty();
        }
        return Optional.of(repository);
    }
}
