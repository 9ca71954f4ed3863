using System.Text;

namespace CustomerInsights.Core.Rules;

/// <summary>Writes the canonical text: one line, single blanks, only the parentheses that are needed.</summary>
internal sealed class Formatter
{
    // The levels of the grammar, low to high; a child of a lower level than its place asks for gets parentheses.
    private const int OrLevel = 1, AndLevel = 2, NotLevel = 3, ComparisonLevel = 4, SumLevel = 5, ProductLevel = 6, UnaryLevel = 7, PrimaryLevel = 8;

    private readonly StringBuilder _out = new();

    public static string Write(Expression expression)
    {
        var formatter = new Formatter();
        formatter.Node(expression, 0);
        return formatter._out.ToString();
    }

    /// <summary>For messages and debuggers: never throws, never long.</summary>
    public static string Describe(Expression expression)
    {
        string text = expression.Depth > RuleLimits.Depth ? "…" : Write(expression);
        return text.Length <= 200 ? text : text[..199] + "…";
    }

    public static string Name(NameExpression name) => string.Join('.', name.Parts.Select(Part));

    private static string Part(string part) =>
        Keywords.IsPlainName(part) ? part : "`" + part.Replace("`", "``", StringComparison.Ordinal) + "`";

    private static int Level(Expression node) => node switch
    {
        GroupedExpression => 0,
        LogicalExpression { Operator: LogicalOperator.Or } => OrLevel,
        LogicalExpression => AndLevel,
        UnaryExpression { Operator: UnaryOperator.Not } => NotLevel,
        UnaryExpression => UnaryLevel,
        BinaryExpression { Operator: BinaryOperator.Add or BinaryOperator.Subtract } => SumLevel,
        BinaryExpression { Operator: BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder } => ProductLevel,
        BinaryExpression or InExpression or BetweenExpression or PresenceExpression => ComparisonLevel,
        _ => PrimaryLevel,
    };

    private void Node(Expression node, int asked)
    {
        if (Level(node) < asked)
        {
            _out.Append('(');
            Bare(node);
            _out.Append(')');
        }
        else
        {
            Bare(node);
        }
    }

    private void Bare(Expression node)
    {
        switch (node)
        {
            case LiteralExpression literal:
                _out.Append(Literals.Write(literal.Value));
                break;
            case DurationExpression duration:
                _out.Append(duration.Amount).Append(Spelling.Of(duration.Unit));
                break;
            case NameExpression name:
                _out.Append(Name(name));
                break;
            case UnaryExpression unary:
                Unary(unary);
                break;
            case LogicalExpression logical:
                int level = Level(logical) + 1;
                List(logical.Operands, logical.Operator == LogicalOperator.And ? " and " : " or ", level);
                break;
            case BinaryExpression binary:
                Binary(binary);
                break;
            case InExpression within:
                Node(within.Operand, SumLevel);
                _out.Append(within.Negated ? " not in (" : " in (");
                List(within.Items, ", ", OrLevel);
                _out.Append(')');
                break;
            case BetweenExpression between:
                Node(between.Operand, SumLevel);
                _out.Append(" between ");
                Node(between.Low, SumLevel);
                _out.Append(" and ");
                Node(between.High, SumLevel);
                break;
            case PresenceExpression presence:
                Node(presence.Operand, SumLevel);
                _out.Append(presence.Missing ? " is missing" : " is present");
                break;
            default:
                Compound(node);
                break;
        }
    }

    private void Compound(Expression node)
    {
        switch (node)
        {
            case CallExpression call:
                _out.Append(call.Function).Append('(');
                List(call.Arguments, ", ", OrLevel);
                _out.Append(')');
                break;
            case AggregateExpression aggregate:
                _out.Append(Spelling.Of(aggregate.Function)).Append('(');
                List(aggregate.Arguments, ", ", OrLevel);
                Where(aggregate.Where);
                _out.Append(')');
                break;
            case SequenceExpression sequence:
                _out.Append(Spelling.Of(sequence.Function)).Append('(').Append(Name(sequence.First.Activity));
                Where(sequence.First.Where);
                _out.Append(" then ").Append(Name(sequence.Second.Activity));
                Where(sequence.Second.Where);
                if (sequence.Within is { } within)
                {
                    _out.Append(" within ");
                    Bare(within);
                }

                _out.Append(')');
                break;
            case GroupedExpression grouped:
                Node(grouped.Measure, OrLevel);
                _out.Append(" by ");
                List(grouped.Dimensions, ", ", OrLevel);
                break;
            default:
                _out.Append('…');
                break;
        }
    }

    private void Unary(UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.Not)
        {
            _out.Append("not ");
            Node(unary.Operand, NotLevel);
            return;
        }

        // `-(5)` is a negation of the literal 5, `-5` is the literal -5, and `--` would begin a comment.
        bool wrap = unary.Operand is LiteralExpression or UnaryExpression;
        _out.Append('-');
        Node(unary.Operand, wrap ? int.MaxValue : UnaryLevel);
    }

    private void Binary(BinaryExpression binary)
    {
        int level = Level(binary);
        bool comparison = level == ComparisonLevel;
        Node(binary.Left, comparison ? SumLevel : level);
        _out.Append(' ').Append(Spelling.Of(binary.Operator)).Append(' ');
        Node(binary.Right, comparison ? SumLevel : level + 1);
    }

    private void Where(Expression? where)
    {
        if (where is not null)
        {
            _out.Append(" where ");
            Node(where, OrLevel);
        }
    }

    private void List(NodeList<Expression> nodes, string separator, int level)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            if (i > 0)
            {
                _out.Append(separator);
            }

            Node(nodes[i], level);
        }
    }
}
