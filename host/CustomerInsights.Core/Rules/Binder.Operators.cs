using System.Text.RegularExpressions;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>The type rules of operators.</summary>
internal sealed partial class Binder
{
    // Long patterns take time and memory to build; a thousand characters is far more than a rule needs.
    private const int PatternCharacters = 1_000;

    private BoundNode Unary(UnaryExpression unary, Scope scope)
    {
        var operand = Node(unary.Operand, scope);
        if (unary.Operator == UnaryOperator.Not)
        {
            return new BoundNot(Require(operand, RuleType.Boolean, "RUL020", "'not' needs a condition"), unary);
        }

        return operand.Type.IsNumeric() || operand.Type == RuleType.Unknown
            ? new BoundNegate(operand, unary)
            : Failed(unary, "RUL020", $"'-' needs a number; this is {operand.Type.Article()}");
    }

    private BoundLogical Logical(LogicalExpression logical, Scope scope)
    {
        bool all = logical.Operator == LogicalOperator.And;
        string what = $"'{(all ? "and" : "or")}' joins conditions";
        return new BoundLogical(
            all, [.. logical.Operands.Select(o => Require(Node(o, scope), RuleType.Boolean, "RUL020", what))], logical);
    }

    private BoundNode Binary(BinaryExpression binary, Scope scope)
    {
        var left = Node(binary.Left, scope);
        if (binary.Operator == BinaryOperator.Matches)
        {
            return Matches(binary, left);
        }

        var right = Node(binary.Right, scope);
        if (left.Type == RuleType.Unknown || right.Type == RuleType.Unknown)
        {
            // The type is known all the same where the operator alone gives it; that finds more errors around it.
            return Spelling.IsArithmetic(binary.Operator) ? Unknown(binary) : new BoundConstant(RuleType.Boolean, Value.Missing, binary);
        }

        return binary.Operator switch
        {
            <= BinaryOperator.Remainder => Arithmetic(binary, left, right),
            <= BinaryOperator.GreaterOrEqual => Comparison(binary, left, right),
            BinaryOperator.Contains when left.Type == RuleType.TextList && right.Type == RuleType.Text => new BoundCompare(binary.Operator, left, right, binary),
            _ when left.Type == RuleType.Text && right.Type == RuleType.Text => new BoundCompare(binary.Operator, left, right, binary),
            BinaryOperator.Contains => Mismatch(binary, "asks for a text, or a list of text, and a text", left, right),
            _ => Mismatch(binary, "asks for two texts", left, right),
        };
    }

    private BoundConstant Mismatch(BinaryExpression binary, string asks, BoundNode left, BoundNode right, string remedy = "")
    {
        Report(binary, "RUL020", $"'{Spelling.Of(binary.Operator)}' {asks}; here are {left.Type.Spell()} and {right.Type.Spell()}{remedy}");
        return Spelling.IsArithmetic(binary.Operator) ? Unknown(binary) : new BoundConstant(RuleType.Boolean, Value.Missing, binary);
    }

    private BoundNode Arithmetic(BinaryExpression binary, BoundNode left, BoundNode right)
    {
        bool sum = binary.Operator is BinaryOperator.Add or BinaryOperator.Subtract;
        if (sum && left.Type is RuleType.Date or RuleType.Time && right is BoundDuration duration)
        {
            int amount = binary.Operator == BinaryOperator.Subtract ? -duration.Amount : duration.Amount;
            return left.Type == RuleType.Date && duration.Unit is DurationUnit.Hour or DurationUnit.Minute
                ? Failed(binary, "RUL020", $"a date moves by whole days; {duration.Source} is no whole number of them")
                : new BoundShift(left, amount, duration.Unit, binary);
        }

        if (!left.Type.IsNumeric() || !right.Type.IsNumeric())
        {
            string remedy = (left.Type, right.Type) switch
            {
                (RuleType.Text, _) or (_, RuleType.Text) when binary.Operator == BinaryOperator.Add => "; join texts with concat",
                (RuleType.Date or RuleType.Time, RuleType.Date or RuleType.Time) when sum => "; count days with days_between",
                (RuleType.Duration, _) or (_, RuleType.Duration) => "; a duration may be added to a date or time that stands before it",
                _ => "",
            };
            return Mismatch(binary, "asks for numbers", left, right, remedy);
        }

        if (binary.Operator == BinaryOperator.Divide)
        {
            // Division has its own rule: never an integer, and a number on either side makes it a number, a decimal too.
            var quotient = left.Type == RuleType.Number || right.Type == RuleType.Number ? RuleType.Number : RuleType.Decimal;
            return new BoundArithmetic(binary.Operator, Convert(left, quotient), Convert(right, quotient), quotient, binary);
        }

        return Common([left, right], byDay: false) is { } type
            ? new BoundArithmetic(binary.Operator, Convert(left, type), Convert(right, type), type, binary)
            : Mismatch(binary, "does not mix types", left, right, Remedy([left, right]));
    }

    private BoundNode Comparison(BinaryExpression binary, BoundNode left, BoundNode right)
    {
        if (Common([left, right], byDay: true) is not { } type)
        {
            return Mismatch(binary, "compares equal types", left, right, Remedy([left, right]));
        }

        bool equality = binary.Operator is BinaryOperator.Equal or BinaryOperator.NotEqual;
        return type.IsOrdered() || (equality && type == RuleType.Boolean)
            ? new BoundCompare(binary.Operator, Convert(left, type), Convert(right, type), binary)
            : Failed(binary, "RUL020", type == RuleType.TextList
                ? "lists are not compared; ask with contains"
                : $"'{Spelling.Of(binary.Operator)}' cannot compare {type.Spell()}s");
    }

    private BoundNode In(InExpression within, Scope scope)
    {
        var operand = Node(within.Operand, scope);
        List<BoundNode> items = [.. within.Items.Select(i => Node(i, scope))];
        var op = within.Negated ? BinaryOperator.NotEqual : BinaryOperator.Equal;
        List<BoundNode> compared = [.. items.Select(i => Pair(op, operand, i, "in", within))];
        if (operand.Type == RuleType.Unknown || items.Exists(i => i.Type == RuleType.Unknown))
        {
            return new BoundConstant(RuleType.Boolean, Value.Missing, within);
        }

        // One type for all makes a set of them; otherwise each item is compared as if it stood alone.
        return Common([operand, .. items], byDay: false) is { } type
            ? new BoundIn(Convert(operand, type), items.ConvertAll(i => Convert(i, type)), within.Negated, within)
            : new BoundLogical(within.Negated, compared, within);
    }

    private BoundLogical Between(BetweenExpression between, Scope scope)
    {
        var operand = Node(between.Operand, scope);
        return new BoundLogical(
            All: true,
            [
                Pair(BinaryOperator.GreaterOrEqual, operand, Node(between.Low, scope), "between", between),
                Pair(BinaryOperator.LessOrEqual, operand, Node(between.High, scope), "between", between),
            ],
            between);
    }

    private BoundNode Pair(BinaryOperator comparison, BoundNode operand, BoundNode other, string op, Expression source)
    {
        bool known = operand.Type != RuleType.Unknown && other.Type != RuleType.Unknown;
        if (known && Common([operand, other], byDay: true) is { } type
            && (type.IsOrdered() || (comparison <= BinaryOperator.NotEqual && type == RuleType.Boolean)))
        {
            return new BoundCompare(comparison, Convert(operand, type), Convert(other, type), source);
        }

        if (known)
        {
            string found = operand.Type == other.Type ? $"it cannot compare {operand.Type.Spell()}s" : $"here are {operand.Type.Spell()} and {other.Type.Spell()}";
            Report(other.Source, "RUL020", $"'{op}' compares equal types; {found}{Remedy([operand, other])}");
        }

        return new BoundConstant(RuleType.Boolean, Value.Missing, source);
    }

    private BoundNode Presence(PresenceExpression presence, Scope scope)
    {
        var operand = Node(presence.Operand, scope);
        return operand.Type == RuleType.Duration
            ? Failed(presence, "RUL020", "a duration is never missing")
            : new BoundPresence(operand, presence.Missing, presence);
    }

    private BoundNode Matches(BinaryExpression binary, BoundNode left)
    {
        Require(left, RuleType.Text, "RUL020", "'matches' asks for a text");
        var failed = new BoundConstant(RuleType.Boolean, Value.Missing, binary);
        if (binary.Right is not LiteralExpression { Value: { Type: DataType.Text } pattern })
        {
            if (binary.Right is not ErrorExpression)
            {
                Report(binary.Right, "RUL027", "the pattern of 'matches' is a text between quotation marks");
            }

            return failed;
        }

        string text = pattern.AsText();
        if (text.Length > PatternCharacters)
        {
            Report(binary.Right, "RUL023", $"the pattern is {text.Length} characters long; at most {PatternCharacters} are allowed");
            return failed;
        }

        try
        {
            return new BoundMatches(left, new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), binary);
        }
        catch (NotSupportedException problem)
        {
            bool large = problem.Message.Contains("limit", StringComparison.Ordinal);
            Report(binary.Right, "RUL023", large
                ? "the pattern repeats too much to be matched safely; use smaller counts"
                : "the pattern uses look-around, a back-reference or an atomic group, which cannot be matched in linear time");
        }
        catch (ArgumentException problem)
        {
            Report(binary.Right, "RUL023", $"the pattern cannot be read: {problem.Message.TrimEnd('.')}");
        }

        return failed;
    }

    /// <summary>The one type that all nodes widen to, or null. A decimal literal beside a number is read as a number.</summary>
    private static RuleType? Common(IReadOnlyList<BoundNode> nodes, bool byDay)
    {
        var types = nodes.Select(n => n.Type).Distinct().ToList();
        if (types.Contains(RuleType.Duration))
        {
            return null;
        }

        if (types.Count == 1)
        {
            return types[0];
        }

        if (types.TrueForAll(t => t.IsNumeric()))
        {
            return !types.Contains(RuleType.Number) ? RuleType.Decimal
                : nodes.All(n => n.Type != RuleType.Decimal || n is BoundConstant) ? RuleType.Number
                : null;
        }

        return byDay && types.TrueForAll(t => t is RuleType.Date or RuleType.Time) ? RuleType.Date : null;
    }

    private static string Remedy(IReadOnlyList<BoundNode> nodes) =>
        nodes.Any(n => n.Type == RuleType.Decimal) && nodes.Any(n => n.Type == RuleType.Number)
            ? "; divide the decimal by 1e0 to make it a number"
            : "";

    private static BoundNode Convert(BoundNode node, RuleType type)
    {
        if (node.Type == type || node.Type == RuleType.Unknown)
        {
            return node;
        }

        // A constant without a value stands for something that was already reported.
        return node is BoundConstant { Value.IsMissing: false } constant && type is RuleType.Decimal or RuleType.Number
            ? new BoundConstant(type, type == RuleType.Decimal ? Value.Of(constant.Value.AsDecimal()) : Value.Of(constant.Value.AsNumber()), node.Source)
            : new BoundConvert(type, node);
    }
}
