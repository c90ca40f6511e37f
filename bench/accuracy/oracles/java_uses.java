import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.util.*;
import javax.lang.model.element.*;

/**
 * What every identifier below a folder names, as javac's attribution says it, as JSON lines.
 * Usage: Uses FOLDER SOURCE_ROOT....
 */
final class Uses extends FileScanner {
    private Uses(Sources sources) {
        super(sources);
    }

    public static void main(String[] arguments) throws IOException {
        new Uses(Sources.read(arguments)).tell();
    }

    @Override
    public Void visitCompilationUnit(CompilationUnitTree file, Void nothing) {
        printRead();
        return super.visitCompilationUnit(file, nothing);
    }

    @Override
    public Void visitImport(ImportTree imported, Void nothing) {
        return null;
    }

    @Override
    public Void visitPackage(PackageTree named, Void nothing) {
        return null;
    }

    @Override
    public Void visitIdentifier(IdentifierTree name, Void nothing) {
        row(name, name.getName().toString(), "name");
        return super.visitIdentifier(name, nothing);
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree select, Void nothing) {
        boolean own = select.getExpression() instanceof IdentifierTree i && i.getName().contentEquals("this");
        row(select, select.getIdentifier().toString(), own ? "this.m" : "member");
        return super.visitMemberSelect(select, nothing);
    }

    @Override
    public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
        Element named = trees.getElement(getCurrentPath());
        boolean made = reference.getMode() == MemberReferenceTree.ReferenceMode.NEW;
        String name = made && !isUnknown(named) ? named.getEnclosingElement().getSimpleName().toString() : reference.getName().toString();
        long end = trees.getSourcePositions().getEndPosition(unit, reference);
        // `Type::new` names the constructor by no identifier: its class is a site of its own.
        if (end >= 0) row(line(end), name, named, "reference", "member reference", made ? "beside" : "inside", List.of());
        return super.visitMemberReference(reference, nothing);
    }

    @Override
    public Void visitVariable(VariableTree variable, Void nothing) {
        Element named = trees.getElement(getCurrentPath());
        if (named != null && named.getKind() == ElementKind.ENUM_CONSTANT && variable.getInitializer() instanceof NewClassTree made) {
            // The constructor of an enum is called without its name.
            Element by = trees.getElement(new TreePath(getCurrentPath(), made));
            long start = trees.getSourcePositions().getStartPosition(unit, variable);
            if (!isUnknown(by)) row(line(start), variable.getName().toString(), by, "call", "enum constant", "beside", List.of());
        }
        return super.visitVariable(variable, nothing);
    }

    private void row(Tree at, String name, String form) {
        if (!isWritten(at, name) || name.equals("class")) return;
        long end = trees.getSourcePositions().getEndPosition(unit, at);
        TreePath path = getCurrentPath();
        Element named = trees.getElement(path);
        Tree whole = outer(path).getLeaf();
        Tree around = outer(path).getParentPath().getLeaf();
        // What a class without a name is made of is in the tree of the class again.
        if (around instanceof ClassTree made && made.getSimpleName().isEmpty()) return;
        List<Element> built = new ArrayList<>();
        if (around instanceof NewClassTree made && made.getIdentifier() == whole) built.addAll(constructors(outer(path).getParentPath(), made, named));
        boolean own = name.equals("this") || name.equals("super");
        if (own && !isCallee(at)) return;
        row(line(end), name, named, useOf(path, named), form, own ? "beside" : "inside", built);
    }

    private boolean isCallee(Tree at) {
        return getCurrentPath().getParentPath().getLeaf() instanceof MethodInvocationTree call && call.getMethodSelect() == at;
    }

    /** Those that a construction may run: of a class without a name any of the class that it is made of. */
    private List<Element> constructors(TreePath path, NewClassTree made, Element named) {
        if (isUnknown(named)) return List.of();
        if (made.getClassBody() == null) {
            Element by = trees.getElement(path);
            return isUnknown(by) ? List.of() : List.of(by);
        }
        List<Element> any = new ArrayList<>(named.getEnclosedElements().stream().filter(e -> e.getKind() == ElementKind.CONSTRUCTOR).toList());
        Element written = trees.getElement(new TreePath(path, made.getClassBody()));
        if (written != null) any.add(written);
        return any;
    }

    private void row(long line, String name, Element named, String use, String form, String verdict, List<Element> also) {
        if (named == null || isUnknown(named)) {
            if (named == null || named.getKind() != ElementKind.PACKAGE) print(line, name, details("", use, form), "unknown", List.of());
            return;
        }
        String kind = kindOf(named);
        if (kind.isEmpty()) return;
        Set<String> targets = new LinkedHashSet<>();
        for (Element element : also.isEmpty() ? List.of(named) : concatenated(named, also)) {
            String declared = declared(element);
            if (declared != null) targets.add(declared);
        }
        if (targets.isEmpty()) return;
        // A class without a name may be made of one that is elsewhere.
        if (declared(named) == null) verdict = "beside";
        String said = !use.isEmpty() ? use : switch (kind) {
            case "field", "enum_member" -> "read";
            case "class", "type" -> "type";
            default -> "reference";
        };
        print(line, name, details(kind, said, form), verdict, List.copyOf(targets));
    }

    private static List<Element> concatenated(Element first, List<Element> others) {
        List<Element> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private static String details(String kind, String use, String form) {
        return "\"kind\": " + quoted(kind) + ", \"use\": " + quoted(use) + ", \"form\": " + quoted(form);
    }

    private static String kindOf(Element named) {
        return switch (named.getKind()) {
            case CLASS, RECORD -> "class";
            case INTERFACE, ENUM, ANNOTATION_TYPE -> "type";
            case METHOD, CONSTRUCTOR -> "method";
            case FIELD -> "field";
            case ENUM_CONSTANT -> "enum_member";
            default -> "";
        };
    }

    /** The use of what stands at a path; empty where the kind of what is named says it. */
    private String useOf(TreePath path, Element named) {
        TreePath whole = outer(path);
        Tree at = whole.getLeaf();
        Tree around = whole.getParentPath().getLeaf();
        if (around instanceof MethodInvocationTree call && call.getMethodSelect() == at) return "call";
        if (around instanceof NewClassTree made && made.getIdentifier() == at) return "call";
        if (around instanceof AnnotationTree annotation && annotation.getAnnotationType() == at) return "decorator";
        if (around instanceof AssignmentTree set && set.getVariable() == at) {
            return whole.getParentPath().getParentPath().getLeaf() instanceof AnnotationTree ? "literal" : "write";
        }
        if (around instanceof CompoundAssignmentTree set && set.getVariable() == at) return "write";
        if (around instanceof UnaryTree unary && switch (unary.getKind()) {
            case PREFIX_INCREMENT, PREFIX_DECREMENT, POSTFIX_INCREMENT, POSTFIX_DECREMENT -> true;
            default -> false;
        }) return "write";
        if (around instanceof MemberReferenceTree) return "reference";
        // A class before a dot is a receiver, unless a class inside is named: `Outer.Inner`.
        if (around instanceof MemberSelectTree select && named != null && (named.getKind().isClass() || named.getKind().isInterface())) {
            Element inner = trees.getElement(whole.getParentPath());
            boolean type = inner != null && (inner.getKind().isClass() || inner.getKind().isInterface());
            return type && !select.getIdentifier().contentEquals("class") ? "type" : "reference";
        }
        return "";
    }

    /** Without parentheses, arguments of generics and annotations around it. */
    private static TreePath outer(TreePath path) {
        TreePath at = path;
        while (true) {
            Tree leaf = at.getLeaf();
            Tree around = at.getParentPath().getLeaf();
            boolean inside = around instanceof ParenthesizedTree
                    || around instanceof ParameterizedTypeTree generic && generic.getType() == leaf
                    || around instanceof AnnotatedTypeTree annotated && annotated.getUnderlyingType() == leaf;
            if (!inside) return at;
            at = at.getParentPath();
        }
    }
}
