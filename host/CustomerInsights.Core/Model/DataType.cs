namespace CustomerInsights.Core.Model;

/// <summary>The types of the data model and of the rules language; one set for both.</summary>
public enum DataType : byte
{
    /// <summary>Unicode text, compared by ordinal.</summary>
    Text = 1,

    /// <summary>64-bit signed integer.</summary>
    Integer = 2,

    /// <summary>Exact decimal with up to 28 significant digits.</summary>
    Decimal = 3,

    /// <summary>IEEE 754 double. Never NaN or infinite: such a result is missing.</summary>
    Number = 4,

    /// <summary>True or false.</summary>
    Boolean = 5,

    /// <summary>A calendar day without a time zone.</summary>
    Date = 6,

    /// <summary>An instant in UTC, to 100 ns.</summary>
    Time = 7,

    /// <summary>An ordered list of texts.</summary>
    TextList = 8,
}
