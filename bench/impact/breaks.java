//! Breaks: changes the signature or the name of methods, one at a time, and asks javac which places then are in error.
//! One JSON object a line: the edit, and the lines that are in error with it and are not without.

import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.net.URI;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;
import java.util.stream.*;
import javax.lang.model.element.Modifier;
import javax.tools.*;

class Breaks {
    record Method(Path file, String name, long nameAt, long open, long close, long lastParameter, String lastType, String lastName, long body) {}

    static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    static Path CLASSES;
    static final Map<Path, String> TEXTS = new TreeMap<>();

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
        int wanted = Integer.parseInt(arguments[1]);
        CLASSES = Path.of(arguments[2]);
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java") && !f.endsWith("module-info.java")).sorted().toList()) {
                TEXTS.put(file, Files.readString(file));
            }
        }
        List<Method> methods = methods();
        Collections.shuffle(methods, new Random(7));
        compile();
        Set<String> before = errors(null, null, null);
        int told = 0;
        String[] kinds = {"add", "rename", "remove"};
        for (Method method : methods) {
            if (told == wanted) break;
            String kind = kinds[told % 3];
            String text = edited(method, kind);
            if (text == null || !calledElsewhere(method)) continue;
            Set<String> after = errors(method.file, text, method.name);
            after.removeAll(before);
            if (after.isEmpty()) continue;
            told++;
            String path = root.relativize(method.file).toString();
            String places = after.stream().map(e -> quoted(root.relativize(Path.of(e.substring(0, e.lastIndexOf(':')))) + e.substring(e.lastIndexOf(':')))).collect(Collectors.joining(","));
            System.out.println("{\"path\":" + quoted(path) + ",\"kind\":" + quoted(kind) + ",\"name\":" + quoted(method.name) + ",\"text\":" + quoted(text) + ",\"broken\":[" + places + "]}");
            System.out.flush();
        }
    }

    /** Methods with a body that override nothing by their own word. */
    static List<Method> methods() throws IOException {
        List<Method> found = new ArrayList<>();
        JavacTask task = task(null, null, null, d -> {});
        Trees trees = Trees.instance(task);
        SourcePositions positions = trees.getSourcePositions();
        for (CompilationUnitTree unit : task.parse()) {
            Path file = Path.of(unit.getSourceFile().toUri());
            String text = TEXTS.get(file);
            new TreeScanner<Void, Void>() {
                @Override public Void visitMethod(MethodTree method, Void none) {
                    boolean overrides = method.getModifiers().getAnnotations().stream().anyMatch(a -> a.toString().contains("Override"));
                    long start = method.getReturnType() == null ? -1 : positions.getEndPosition(unit, method.getReturnType());
                    if (method.getBody() != null && !overrides && start > 0) {
                        String name = method.getName().toString();
                        Matcher at = Pattern.compile("\\b" + Pattern.quote(name) + "\\s*\\(").matcher(text);
                        long body = positions.getStartPosition(unit, method.getBody());
                        List<? extends VariableTree> parameters = method.getParameters();
                        if (at.find((int) start) && at.start() < body) {
                            long open = at.end();
                            long last = -1;
                            long close = open;
                            String type = "", parameter = "";
                            if (!parameters.isEmpty()) {
                                VariableTree tree = parameters.get(parameters.size() - 1);
                                last = parameters.size() == 1 ? open : positions.getEndPosition(unit, parameters.get(parameters.size() - 2));
                                close = positions.getEndPosition(unit, tree);
                                type = text.substring((int) positions.getStartPosition(unit, tree.getType()), (int) positions.getEndPosition(unit, tree.getType())).replace("...", "[]");
                                parameter = tree.getName().toString();
                            }
                            found.add(new Method(file, name, at.start(), open, close, last, type, parameter, body));
                        }
                    }
                    return super.visitMethod(method, none);
                }
            }.scan(unit, null);
        }
        return found;
    }

    static boolean calledElsewhere(Method method) {
        Pattern call = Pattern.compile("[.\\s(!=]" + Pattern.quote(method.name) + "\\s*\\(");
        return TEXTS.values().stream().mapToLong(text -> call.matcher(text).results().count()).sum() > 1;
    }

    static String edited(Method method, String kind) {
        StringBuilder text = new StringBuilder(TEXTS.get(method.file));
        switch (kind) {
            case "add" -> text.insert((int) method.open, "boolean[][][] added" + (method.lastParameter < 0 ? "" : ", "));
            case "rename" -> text.insert((int) method.nameAt + method.name.length(), "WithAnotherName");
            default -> {
                if (method.lastParameter < 0) return null;
                String value = switch (method.lastType) {
                    case "boolean" -> "false";
                    case "int", "long", "short", "byte", "char", "float", "double" -> "(" + method.lastType + ") 0";
                    default -> "null";
                };
                text.insert((int) method.body + 1, " " + method.lastType + " " + method.lastName + " = " + value + ";");
                text.delete((int) method.lastParameter, (int) method.close);
            }
        }
        return text.toString();
    }

    /** What an edit leaves alone is read from classes. */
    static void compile() throws IOException {
        task(null, null, null, problem -> {
            if (problem.getKind() == Diagnostic.Kind.ERROR) throw new IllegalStateException("in error as it is: " + problem);
        }).call();
    }

    /** Calls and references that do not fit: what an overriding method is told is no such place. */
    static Set<String> errors(Path file, String text, String name) throws IOException {
        Set<String> found = new TreeSet<>();
        task(file, text, name, problem -> {
            String code = problem.getCode();
            boolean counts = code.contains("cant.apply") || code.contains("cant.resolve") || code.contains("ref.ambiguous") || code.contains("invalid.mref");
            if (problem.getKind() == Diagnostic.Kind.ERROR && counts && problem.getSource() != null) {
                found.add(Path.of(problem.getSource().toUri()) + ":" + problem.getLineNumber());
            }
        }).analyze();
        return found;
    }

    /** Of the files in which the name stands, or of all. */
    static JavacTask task(Path file, String text, String name, DiagnosticListener<JavaFileObject> listener) {
        List<JavaFileObject> units = new ArrayList<>();
        for (Map.Entry<Path, String> one : TEXTS.entrySet()) {
            if (name != null && !one.getValue().contains(name)) continue;
            String content = one.getKey().equals(file) ? text : one.getValue();
            units.add(new SimpleJavaFileObject(one.getKey().toUri(), JavaFileObject.Kind.SOURCE) {
                @Override public CharSequence getCharContent(boolean ignored) { return content; }
            });
        }
        List<String> options = List.of("-proc:none", "-Xmaxerrs", "100000", "-implicit:none", "-nowarn",
            "-d", CLASSES.toString(), "-classpath", CLASSES.toString(), "-sourcepath", CLASSES.toString());
        return (JavacTask) COMPILER.getTask(Writer.nullWriter(), null, listener, options, null, units);
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < 0x20) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
