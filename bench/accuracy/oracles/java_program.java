import com.sun.source.tree.*;
import com.sun.source.util.*;
import com.sun.tools.javac.tree.JCTree;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.stream.Stream;
import javax.lang.model.element.*;
import javax.lang.model.type.*;
import javax.tools.*;

/** The sources below a folder as javac attributes them. Nothing is on the class path: what comes from elsewhere is unknown. */
final class Sources {
    final Trees trees;
    final Path folder;
    final List<CompilationUnitTree> units;

    private Sources(Trees trees, Path folder, List<CompilationUnitTree> units) {
        this.trees = trees;
        this.folder = folder;
        this.units = units;
    }

    /** The arguments are the folder and the roots of sources in it. */
    static Sources read(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]).toRealPath();
        List<Path> files = new ArrayList<>();
        for (String root : Arrays.asList(arguments).subList(1, arguments.length)) {
            try (Stream<Path> found = Files.walk(folder.resolve(root))) {
                found.filter(p -> p.toString().endsWith(".java"))
                        .filter(p -> !p.endsWith("module-info.java") && !p.endsWith("package-info.java"))
                        .sorted()
                        .forEach(files::add);
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        List<String> options = List.of("-proc:none", "-implicit:none", "-Xmaxerrs", "1", "-nowarn",
                "-XDshould-stop.ifError=FLOW", "-XDshould-stop.at=FLOW", "-encoding", "UTF-8");
        JavacTask task = (JavacTask) compiler.getTask(
                Writer.nullWriter(), manager, d -> {}, options, null, manager.getJavaFileObjectsFromPaths(files));
        List<CompilationUnitTree> units = new ArrayList<>();
        task.parse().forEach(units::add);
        task.analyze();
        return new Sources(Trees.instance(task), folder, units);
    }
}

/** Goes over every file and writes JSON lines. */
abstract class FileScanner extends TreePathScanner<Void, Void> {
    final Trees trees;
    CompilationUnitTree unit;
    private final Sources sources;
    private final PrintStream out =
            new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
    private final Map<Element, Optional<String>> places = new HashMap<>();
    private CharSequence text;

    FileScanner(Sources sources) {
        this.sources = sources;
        this.trees = sources.trees;
    }

    final void tell() throws IOException {
        for (CompilationUnitTree one : sources.units) {
            unit = one;
            text = one.getSourceFile().getCharContent(true);
            scan(one, null);
        }
        out.flush();
    }

    /** Writes a row; `details` are its fields besides those of all rows, as JSON. */
    final void print(long line, String name, String details, String verdict, List<String> targets) {
        out.println("{\"path\": " + quoted(pathOf(unit)) + ", \"line\": " + line + ", \"name\": " + quoted(name) + ", "
                + details + ", \"verdict\": " + quoted(verdict) + ", \"targets\": [" + String.join(", ", targets) + "]}");
    }

    /** Writes that the file was read. */
    final void printRead() {
        out.println("{\"path\": " + quoted(pathOf(unit)) + ", \"verdict\": \"read\"}");
    }

    final long line(long position) {
        return unit.getLineMap().getLineNumber(position);
    }

    /** Calls of the superclass's constructor that nobody wrote are in the tree too. */
    final boolean isWritten(Tree callee, String name) {
        long end = trees.getSourcePositions().getEndPosition(unit, callee);
        int from = (int) end - name.length();
        return end > 0 && from >= 0 && end <= text.length() && text.subSequence(from, (int) end).toString().equals(name);
    }

    final boolean isUnknown(Element element) {
        return element == null || element.asType().getKind() == TypeKind.ERROR
                || element instanceof ExecutableElement e && e.getEnclosingElement().asType().getKind() == TypeKind.ERROR;
    }

    /** Where an element is declared; null: outside. */
    final String declared(Element element) {
        // To find the tree of an element javac goes over its whole file.
        return places.computeIfAbsent(element, e -> Optional.ofNullable(searched(e))).orElse(null);
    }

    private String searched(Element element) {
        TreePath path = trees.getPath(element);
        if (path == null && element.getKind() == ElementKind.CONSTRUCTOR) {
            element = element.getEnclosingElement();
            path = trees.getPath(element);
        }
        if (path == null) return null;
        CompilationUnitTree of = path.getCompilationUnit();
        String name = element.getKind() == ElementKind.CONSTRUCTOR
                ? element.getEnclosingElement().getSimpleName().toString()
                : element.getSimpleName().toString();
        long line = of.getLineMap().getLineNumber(((JCTree) path.getLeaf()).pos);
        return "{\"path\": " + quoted(pathOf(of)) + ", \"line\": " + line + ", \"name\": " + quoted(name) + "}";
    }

    final String pathOf(CompilationUnitTree of) {
        return sources.folder.relativize(Path.of(of.getSourceFile().toUri())).toString();
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') quoted.append('\\').append(c);
            else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
            else quoted.append(c);
        }
        return quoted.append('"').toString();
    }
}
