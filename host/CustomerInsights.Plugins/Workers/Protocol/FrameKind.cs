namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>What a frame is. Numbers are the protocol, see docs/decisions/0008-worker-protocol.md: add at the end.</summary>
internal enum FrameKind : byte
{
    /// <summary>Worker to host, first frame: who it is.</summary>
    Hello = 1,

    /// <summary>Host to worker, the answer: the protocol that both will speak.</summary>
    Welcome = 2,

    /// <summary>Asks for one answer. Body: call, then its arguments.</summary>
    Request = 3,

    /// <summary>Asks for many. Body: call, u16 first credits, arguments.</summary>
    StreamRequest = 4,

    /// <summary>The answer; for a stream, its end.</summary>
    Response = 5,

    /// <summary>It failed.</summary>
    Failure = 6,

    /// <summary>It ended because it was cancelled.</summary>
    Cancelled = 7,

    /// <summary>Please end. The answer still comes.</summary>
    Cancel = 8,

    /// <summary>One of many; costs a credit.</summary>
    Item = 9,

    /// <summary>Allows as many more items. Body: u16.</summary>
    Credit = 10,

    /// <summary>News that nobody answers. Body: call, then its arguments.</summary>
    Notice = 11,

    /// <summary>Are you there?</summary>
    Ping = 12,

    /// <summary>Yes.</summary>
    Pong = 13,
}
