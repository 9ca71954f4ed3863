using System.Text;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Gathers what a sample says of one column and decides its type. A type is taken only if every value in the sample fits.</summary>
internal sealed class KindEvidence(string name)
{
    // These look like numbers and are not: a sum of telephone numbers means nothing, and zeros in front are lost.
    private static readonly string[] NeverNumbers = ["PHONE", "TELEPHONE", "MOBILE", "FAX", "ZIP", "POSTCODE", "POSTALCODE"];

    private readonly HashSet<ulong>? _distinct = name.EndsWith("id", StringComparison.OrdinalIgnoreCase) ? [] : null;
    private bool _integer = true;
    private bool _decimal = true;
    private bool _number = true;
    private bool _boolean = true;
    private bool _unique = true;
    private bool _anyTime;
    private DateShape _shapes = DateShape.All;
    private bool _dates = true;
    private bool _nullSeen;

    /// <summary>Values seen that are not null.</summary>
    public long Count { get; private set; }

    /// <summary>True when the name ends in "id" and all rows of the sample had a value of their own.</summary>
    public bool LooksLikeKey => _distinct is not null && _unique && !_nullSeen && Count > 1;

    /// <summary>Notes a cell without a value.</summary>
    public void AddNull() => _nullSeen = true;

    /// <summary>Notes a text that its source calls a text: it can be a date, not a number.</summary>
    public void AddText(ReadOnlySpan<byte> text)
    {
        _integer = _decimal = _number = _boolean = false;
        Add(text);
    }

    /// <summary>Notes a number that its source calls a number.</summary>
    public void AddNumber(ReadOnlySpan<byte> text)
    {
        _boolean = _dates = false;
        Note(text, NumberText.ClassifyNumber(text));
    }

    /// <summary>Notes a true or false that its source calls so.</summary>
    public void AddBoolean(bool value)
    {
        _integer = _decimal = _number = _dates = false;
        Add(value ? "true"u8 : "false"u8);
    }

    /// <summary>Notes a value.</summary>
    public void Add(ReadOnlySpan<byte> text) => Note(text, _number ? NumberText.Classify(text) : FieldKind.Text);

    private void Note(ReadOnlySpan<byte> text, FieldKind kind)
    {
        Count++;
        if (_distinct is not null && _unique)
        {
            _unique = _distinct.Add(ContentHash.Of(text));
        }

        if (_number)
        {
            _integer &= kind == FieldKind.Integer;
            _decimal &= kind is FieldKind.Integer or FieldKind.Decimal;
            _number &= kind is FieldKind.Integer or FieldKind.Decimal or FieldKind.Number;
        }

        if (_boolean)
        {
            _boolean = Ascii.EqualsIgnoreCase(text, "true"u8) || Ascii.EqualsIgnoreCase(text, "false"u8);
        }

        if (_dates)
        {
            var length = DateShapes.Fits(text, out var shapes);
            var hasTime = false;
            _dates = length > 0 && TimeText.FitsRest(text[length..], out hasTime);
            _anyTime |= hasTime;
            _shapes &= shapes;
        }
    }

    /// <summary>The type that fits every value seen, and what people should know of the choice.</summary>
    public (ColumnType Type, string? Warning) Decide()
    {
        if (Count == 0)
        {
            return (ColumnType.Text, null);
        }

        if (_number && !IsNeverNumber())
        {
            return (new ColumnType(_integer ? FieldKind.Integer : _decimal ? FieldKind.Decimal : FieldKind.Number), null);
        }

        if (_boolean)
        {
            return (new ColumnType(FieldKind.Boolean), null);
        }

        if (!_dates)
        {
            return (ColumnType.Text, null);
        }

        if (_shapes == DateShape.None)
        {
            return (ColumnType.Text, $"Column '{name}' mixes date formats (month first and day first, or several separators); it stays text. Set its 'type' and 'format' to reject what does not fit.");
        }

        var format = DateShapes.Format(_shapes);
        var others = _shapes & ~DateShapes.Of(format);
        var warning = others == DateShape.None
            ? null
            : $"Column '{name}' can be {format} or {DateShapes.Format(others)}: no value of the sample has a day over 12. {format} was taken; set its 'format' if that is wrong.";
        return (_anyTime
            ? new ColumnType(FieldKind.Time, _shapes == DateShape.YearDash ? null : format)
            : new ColumnType(FieldKind.Date, format), warning);
    }

    private bool IsNeverNumber()
    {
        var plain = string.Concat(name.Where(char.IsLetter)).ToUpperInvariant();
        return NeverNumbers.Any(word => plain.Contains(word, StringComparison.Ordinal));
    }
}
