using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Acceptance.Tests.Kit;

/// <summary>The help desk that the stranger's plugin reads: contacts in pages of three, oldest change first; can be held in the middle of a read.</summary>
internal sealed class HelpDesk : IAsyncDisposable
{
    private const int PageSize = 3;
    private static readonly DateTimeOffset s_first = new(2026, 1, 10, 8, 0, 0, TimeSpan.Zero);
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset UpdatedAt, JsonObject Row)> _rows = [];
    private TaskCompletionSource? _toHold;
    private TaskCompletionSource? _held;
    private TaskCompletionSource? _reached;

    private HelpDesk(WebApplication app) => _app = app;

    /// <summary>Host and port.</summary>
    internal string Address => new Uri(_app.Urls.First()).Authority;

    internal static async Task<HelpDesk> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var desk = new HelpDesk(app);
        app.MapGet("/v1/contacts", desk.AnswerAsync);
        await app.StartAsync();
        return desk;
    }

    /// <summary>Makes contacts, each an hour after the last.</summary>
    internal void Add(int count)
    {
        lock (_lock)
        {
            for (var i = 0; i < count; i++)
            {
                var number = _rows.Count + 1;
                var time = s_first.AddHours(number);
                _rows.Add((time, new JsonObject
                {
                    ["id"] = number,
                    ["name"] = $"Contact {number}",
                    ["email"] = $"c{number}@example.com",
                    ["phone"] = $"+44 20 7946 {number:0000}",
                    ["points"] = number,
                    ["updated_at"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                }));
            }
        }
    }

    /// <summary>Lets the next read come to its second page, and no further until <see cref="LetGo"/>. Reads after it are not held.</summary>
    /// <returns>Ends when the read has come there.</returns>
    internal Task Hold()
    {
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _toHold, _held);
        return _reached.Task;
    }

    internal void LetGo() => _held?.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await _app.DisposeAsync();
    }

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        if (request.Headers.Authorization != "Bearer token-of-the-fixture")
        {
            return Results.Unauthorized();
        }

        var page = int.Parse(request.Query["page"].FirstOrDefault() ?? "1", CultureInfo.InvariantCulture);
        if (page > 1 && Interlocked.Exchange(ref _toHold, null) is { } held)
        {
            _reached!.SetResult();
            await held.Task.WaitAsync(request.HttpContext.RequestAborted);
        }

        var since = request.Query["updated_since"].FirstOrDefault() is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
        lock (_lock)
        {
            var fitting = _rows.Where(row => row.UpdatedAt >= since).ToList();
            return Results.Json(new JsonObject
            {
                ["items"] = new JsonArray([.. fitting.Skip((page - 1) * PageSize).Take(PageSize).Select(row => row.Row.DeepClone())]),
                ["next"] = page * PageSize < fitting.Count ? page + 1 : null,
                ["total"] = fitting.Count,
            });
        }
    }
}
