namespace CustomerInsights.Sdk;

/// <summary>An activity as an enrichment is handed it.</summary>
/// <param name="ActivityType">Its type.</param>
/// <param name="Id">Its id; opaque and stable.</param>
/// <param name="At">When it happened, UTC.</param>
/// <param name="Values">One value per field of its <see cref="ActivitySelection"/>, in that order.</param>
public sealed record ActivityInput(string ActivityType, string Id, DateTimeOffset At, IReadOnlyList<FieldValue> Values);
