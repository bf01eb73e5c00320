package dev.pawl.lock.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.common.CompositeStringExpression;
import org.springframework.expression.common.LiteralExpression;
import org.springframework.expression.common.TemplateParserContext;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** The name of a lock with expressions in it. */
final class Template {

    private static final SpelExpressionParser PARSER = new SpelExpressionParser();
    private static final TemplateParserContext MARKS = new TemplateParserContext();

    private final String text;
    private final List<Expression> parts;
    private final @Nullable String constant;

    Template(String text) {
        this.text = text;
        Expression whole = PARSER.parseExpression(text, MARKS);
        parts = whole instanceof CompositeStringExpression composite
                ? List.of(composite.getExpressions())
                : List.of(whole);
        constant = whole instanceof LiteralExpression ? text : null;
    }

    boolean isConstant() {
        return constant != null;
    }

    /** The text, for a constant one. */
    String constant() {
        return text;
    }

    /** An argument that is not there gives no name, rather than one that all such calls share. */
    String name(EvaluationContext context) {
        StringBuilder name = new StringBuilder();
        for (Expression part : parts) {
            String value = part.getValue(context, String.class);
            if (value == null) {
                throw new IllegalArgumentException("@Locked(\"" + text + "\"): #{" + part.getExpressionString()
                        + "} is null; if it names a parameter, compile with -parameters, or write #p0");
            }
            name.append(value);
        }
        return name.toString();
    }
}
