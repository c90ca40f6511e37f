import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.util.*;
import javax.lang.model.element.*;

/**
 * What javac's attribution says of every call, construction and method reference below a folder, as JSON lines.
 * Usage: Oracle FOLDER SOURCE_ROOT.... Nothing is on the class path: what comes from elsewhere is unknown.
 */
final class Oracle extends FileScanner {
    private Oracle(Sources sources) {
        super(sources);
    }

    public static void main(String[] arguments) throws IOException {
        new Oracle(Sources.read(arguments)).tell();
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
        print(line(end), name, "\"form\": " + quoted(form), said, targets);
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
}
