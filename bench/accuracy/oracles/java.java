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

/**
 * What javac's attribution says of every call, construction and method reference below a folder, as JSON lines.
 * Usage: Oracle FOLDER SOURCE_ROOT.... Nothing is on the class path: what comes from elsewhere is unknown.
 */
final class Oracle extends TreePathScanner<Void, Void> {
    private final Trees trees;
    private final Path folder;
    private final PrintStream out;
    private CompilationUnitTree unit;
    private CharSequence text;

    private Oracle(Trees trees, Path folder, PrintStream out) {
        this.trees = trees;
        this.folder = folder;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
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
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
        Oracle oracle = new Oracle(Trees.instance(task), folder, out);
        for (CompilationUnitTree unit : units) {
            oracle.unit = unit;
            oracle.text = unit.getSourceFile().getCharContent(true);
            oracle.scan(unit, null);
        }
        out.flush();
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
        ExpressionTree callee = call.getMethodSelect();
        String name = callee instanceof MemberSelectTree select
                ? select.getIdentifier().toString()
                : callee.toString();
        Element called = trees.getElement(getCurrentPath());
        if (isWritten(callee, name)) {
            row(callee, name, formOf(callee) + overloaded(called), "inside", called, List.of());
        }
        return super.visitMethodInvocation(call, nothing);
    }

    @Override
    public Void visitNewClass(NewClassTree made, Void nothing) {
        ExpressionTree type = made.getIdentifier();
        Tree bare = type instanceof AnnotatedTypeTree annotated ? annotated.getUnderlyingType() : type;
        if (bare instanceof ParameterizedTypeTree generic) bare = generic.getType();
        String name = bare instanceof MemberSelectTree select ? select.getIdentifier().toString() : bare.toString();
        Element variable = trees.getElement(getCurrentPath().getParentPath());
        boolean ofEnum = variable != null && variable.getKind() == ElementKind.ENUM_CONSTANT;
        Element of = trees.getElement(new TreePath(getCurrentPath(), bare));
        Element made_by = trees.getElement(getCurrentPath());
        if (made.getClassBody() != null) {
            // The class without a name is as good as the class that it is made of, or any constructor of that.
            List<Element> any = of == null || isUnknown(of) ? List.of() : new ArrayList<>(of.getEnclosedElements());
            List<Element> built = new ArrayList<>(
                    any.stream().filter(e -> e.getKind() == ElementKind.CONSTRUCTOR).toList());
            Element written = trees.getElement(new TreePath(getCurrentPath(), made.getClassBody()));
            if (written != null) built.add(written);
            row(bare, name, "new anonymous", ofEnum ? "beside" : "inside", of, built);
        } else if (ofEnum) {
            long start = trees.getSourcePositions().getStartPosition(unit, getCurrentPath().getParentPath().getLeaf());
            row(start, name, "enum constant", "beside", made_by, List.of());
        } else if (isWritten(bare, name)) {
            row(bare, name, "new" + overloaded(made_by), "inside", made_by, List.of());
        }
        return super.visitNewClass(made, nothing);
    }

    @Override
    public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
        Element named = trees.getElement(getCurrentPath());
        row(reference, reference.getName().toString(), "reference", "beside", named, List.of());
        return super.visitMemberReference(reference, nothing);
    }

    /** Calls of the superclass's constructor that nobody wrote are in the tree too. */
    private boolean isWritten(Tree callee, String name) {
        long end = trees.getSourcePositions().getEndPosition(unit, callee);
        int from = (int) end - name.length();
        return end > 0 && from >= 0 && end <= text.length() && text.subSequence(from, (int) end).toString().equals(name);
    }

    private boolean isUnknown(Element element) {
        return element == null || element.asType().getKind() == TypeKind.ERROR
                || element instanceof ExecutableElement e && e.getEnclosingElement().asType().getKind() == TypeKind.ERROR;
    }

    private void row(Tree at, String name, String form, String verdict, Element target, List<Element> also) {
        long end = trees.getSourcePositions().getEndPosition(unit, at);
        if (end >= 0) row(end, name, form, verdict, target, also);
    }

    private void row(long end, String name, String form, String verdict, Element target, List<Element> also) {
        List<String> targets = new ArrayList<>();
        List<Element> all = new ArrayList<>(also);
        if (!isUnknown(target)) all.add(target);
        for (Element element : all) {
            String declared = declared(element);
            if (declared != null) targets.add(declared);
        }
        // Only calls have a definition as their target; a class in its place is what could not be attributed.
        boolean known = !isUnknown(target) && (target instanceof ExecutableElement || form.equals("new anonymous"));
        String said = !known ? "unknown" : targets.isEmpty() ? "outside" : verdict;
        out.println("{\"path\": " + quoted(pathOf(unit)) + ", \"line\": " + unit.getLineMap().getLineNumber(end)
                + ", \"name\": " + quoted(name) + ", \"form\": " + quoted(form) + ", \"verdict\": " + quoted(said)
                + ", \"targets\": [" + String.join(", ", targets) + "]}");
    }

    /** Where an element is declared; null: outside. */
    private String declared(Element element) {
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

    private String pathOf(CompilationUnitTree of) {
        return folder.relativize(Path.of(of.getSourceFile().toUri())).toString();
    }

    /** Are there several methods of that name where it is declared? As many parameters make it harder. */
    private static String overloaded(Element element) {
        if (!(element instanceof ExecutableElement called)) return "";
        int most = called.getParameters().size();
        List<ExecutableElement> others = called.getEnclosingElement().getEnclosedElements().stream()
                .filter(e -> e != called && e instanceof ExecutableElement && e.getSimpleName().equals(called.getSimpleName()))
                .map(e -> (ExecutableElement) e)
                .toList();
        if (others.stream().anyMatch(e -> e.getParameters().size() == most)) return " overloaded alike";
        return others.isEmpty() ? "" : " overloaded";
    }

    /** How the callee is written; its receiver tells what had to be known. */
    private String formOf(ExpressionTree callee) {
        if (!(callee instanceof MemberSelectTree select)) return "name";
        ExpressionTree receiver = select.getExpression();
        while (receiver instanceof ParenthesizedTree p) receiver = p.getExpression();
        if (receiver instanceof IdentifierTree name) {
            if (name.getName().contentEquals("this") || name.getName().contentEquals("super")) return name + ".m";
            TreePath at = new TreePath(new TreePath(getCurrentPath(), select), receiver);
            Element named = trees.getElement(at);
            return (named == null ? "name" : named.getKind().toString().toLowerCase(Locale.ROOT)) + ".m";
        }
        return receiver.getKind().toString().toLowerCase(Locale.ROOT) + ".m";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') quoted.append('\\').append(c);
            else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
            else quoted.append(c);
        }
        return quoted.append('"').toString();
    }
}
