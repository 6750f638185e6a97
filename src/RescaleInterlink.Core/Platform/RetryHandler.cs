using System.Net;
using Polly;
using Polly.Retry;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Platform;

/// <summary>The one owner of retries of API calls (interop API 2.2). The answer's body is read here, within the attempt,
/// so that a connection that breaks in the middle of it is repeated too.</summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<CallState> State = new("RescaleInterlink.CallState");

    private readonly ApiPolicy _policy;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;
    private readonly CircuitBreaker _breaker;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <param name="random">Uniform in [0, 1); the jitter.</param>
    /// <param name="breaker">Of the host that all requests go to.</param>
    public RetryHandler(ApiPolicy policy, TimeProvider time, Func<double> random, CircuitBreaker breaker, HttpMessageHandler next)
        : base(next)
    {
        _breaker = breaker;
        _policy = policy;
        _time = time;
        _random = random;
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                // How many is decided by the call's own policy, in CallState.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args => ValueTask.FromResult(
                    args.Context.Properties.GetValue(State, null!).ShouldRepeat(args.Outcome, args.AttemptNumber)),
                DelayGenerator = static args => ValueTask.FromResult<TimeSpan?>(
                    args.Context.Properties.GetValue(State, null!).NextDelay),
                OnRetry = static args =>
                {
                    args.Context.Properties.GetValue(State, null!).TellWaiting(args.Outcome);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(CallPolicy.Key, out var call))
            call = _policy.Ordinary;
        var state = new CallState(request, call, _policy, _time, _random);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(State, state);
            return await _pipeline.ExecuteAsync(static (c, s) => s.Handler.AttemptAsync(s.State, c.CancellationToken), context, (Handler: this, State: state)).ConfigureAwait(false);
        }
        finally
        {
            state.EndCooldown();
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<HttpResponseMessage> AttemptAsync(CallState state, CancellationToken cancellationToken)
    {
        await state.WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
        using var pass = state.Enter(_breaker);
        using var limit = new CancellationTokenSource(state.BeginAttempt(), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(state.Request, linked.Token).ConfigureAwait(false);
            await BufferAsync(state.Request, response, linked.Token).ConfigureAwait(false);
            if (!IsFault(response.StatusCode))
                pass.Succeeded();
            else if (IsOfTheHost(response.StatusCode, state.Repeat))
                pass.Failed(ApiErrors.Fault(state.Request, response.StatusCode));
            return response;
        }
        catch (Exception e) when (e is not RescaleException)
        {
            response?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            var failure = TransportFailure.Describe(e, state.Request.RequestUri!, state.Attempts, state.HeldBack);
            if (failure.Behavior == ErrorBehavior.Retry)
                pass.Failed(failure);
            throw state.Explain(failure);
        }
        catch (RescaleException e)
        {
            // What the transport itself has put into words: the proxy's doing.
            response?.Dispose();
            if (e.Behavior == ErrorBehavior.Retry)
                pass.Failed(e);
            throw;
        }
    }

    private static bool IsFault(HttpStatusCode status) => (int)status >= 500 && status != HttpStatusCode.NotImplemented;

    /// <summary>Whether a fault tells of the host, and not of what was asked: the platform answers 500 to a job that it cannot read.</summary>
    private static bool IsOfTheHost(HttpStatusCode status, RepeatRule repeat)
        => repeat == RepeatRule.Always || status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static async Task BufferAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode && request.Options.TryGetValue(BytePiece.Key, out var piece))
        {
            var part = await piece.TakeAsync(response, cancellationToken).ConfigureAwait(false);
            response.Content.Dispose();
            response.Content = part;
            return;
        }

        var limit = response.IsSuccessStatusCode ? BoundedBody.AnswerLimit : BoundedBody.ErrorLimit;
        var (body, whole) = await BoundedBody.ReadAsync(response.Content, limit, cancellationToken).ConfigureAwait(false);
        if (!whole && response.IsSuccessStatusCode)
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform's answer is longer than {BoundedBody.AnswerLimit >> 20} MiB.", "Check that the address is the platform's own and that no proxy answers in its place.");
        var buffered = new ByteArrayContent(body);
        buffered.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content.Dispose();
        response.Content = buffered;
    }

    /// <summary>One call's attempts and what they have cost so far.</summary>
    private sealed class CallState(HttpRequestMessage request, CallPolicy call, ApiPolicy policy, TimeProvider time, Func<double> random)
    {
        private readonly long _start = time.GetTimestamp();
        private TimeSpan _limit = call.TotalTime;
        private IDisposable? _cooldown;

        public HttpRequestMessage Request => request;
        public RepeatRule Repeat => call.Repeat;
        public TimeSpan NextDelay { get; private set; }

        /// <summary>Attempts of which something was sent.</summary>
        public int Attempts { get; private set; }

        /// <summary>Attempts that the host was spared.</summary>
        public int HeldBack { get; private set; }

        private TimeSpan Left => _limit - time.GetElapsedTime(_start);
        private bool MayHaveBeenSent => request.Content is TrackedContent { Started: true };

        /// <summary>A call that was refused as one too many waits for a token again. That does not count against its own time.</summary>
        public async Task WaitForTurnAsync(CancellationToken cancellationToken)
        {
            EndCooldown();
            if (!request.Options.TryGetValue(CallPermit.Key, out var permit) || !permit.WasRefused)
                return;
            var start = time.GetTimestamp();
            await CallTurn.WaitAsync(permit.Budget, permit.TakeAgainAsync, call.LongestTokenWait, time, cancellationToken).ConfigureAwait(false);
            _limit += time.GetElapsedTime(start);
        }

        public CircuitBreaker.Pass Enter(CircuitBreaker breaker)
        {
            try
            {
                return breaker.Enter();
            }
            catch (RescaleException)
            {
                HeldBack++;
                throw;
            }
        }

        /// <returns>The limit of this attempt.</returns>
        public TimeSpan BeginAttempt()
        {
            Attempts++;
            (request.Content as TrackedContent)?.Rewind();
            var left = Left;
            return left < call.AttemptTimeout ? (left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1)) : call.AttemptTimeout;
        }

        public RescaleException Explain(RescaleException failure)
            => call.Repeat == RepeatRule.OnlyBeforeSending && MayHaveBeenSent ? ApiErrors.Uncertain(failure, call.Uncertain) : failure;

        public bool ShouldRepeat(Outcome<HttpResponseMessage> outcome, int attempt)
        {
            if (attempt >= call.MaxRetries)
                return false;
            var wait = Backoff(attempt);
            if (outcome.Exception is { } failure)
            {
                // An uncertain submission is fatal by its own behaviour.
                if (failure is not RescaleException { Behavior: ErrorBehavior.Retry } known)
                    return false;
                if (known is { ErrorId: ErrorIds.PlatformHeldBack, RetryAfter: { } held } && held > wait)
                    wait = held;
            }
            else
            {
                var response = outcome.Result!;
                if (!IsTransient(response.StatusCode))
                    return false;
                var throttled = response.StatusCode == HttpStatusCode.TooManyRequests;
                if (!throttled && call.Repeat != RepeatRule.Always)
                    return false;
                if ((throttled || response.StatusCode == HttpStatusCode.ServiceUnavailable) && RetryAfter.Read(response.Headers, time) is { } asked)
                {
                    if (asked > call.LongestRetryAfter)
                        return false;
                    // After a 429 the longer of both (interop API 2.3), after a 503 what the server says (2.2).
                    wait = throttled && wait > asked ? wait : asked;
                    _limit += asked;
                }
            }

            NextDelay = wait;
            return wait < Left;
        }

        public void TellWaiting(Outcome<HttpResponseMessage> outcome)
        {
            var reason = outcome.Exception?.Message
                ?? $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} answered {(int)outcome.Result!.StatusCode}.";
            if (outcome.Result is { StatusCode: HttpStatusCode.TooManyRequests })
                _cooldown = ApiMeter.Current?.BeginWait(RateScopes.Of(request));
            if (MayHaveReached(outcome))
                ApiObserver.Current?.OnAnswerLost();
            ApiObserver.Current?.OnWaiting(reason, NextDelay, Left);
        }

        public void EndCooldown()
        {
            _cooldown?.Dispose();
            _cooldown = null;
        }

        /// <summary>Not when it was refused unread, was held back, or found no connection.</summary>
        private bool MayHaveReached(Outcome<HttpResponseMessage> outcome)
        {
            if (outcome.Result is { } response)
                return response.StatusCode != HttpStatusCode.TooManyRequests;
            return outcome.Exception is not RescaleException { ErrorId: ErrorIds.PlatformHeldBack }
                && request.Content is not TrackedContent { Started: false }
                && Causes.Find<HttpRequestException>(outcome.Exception!) is not { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError };
        }

        private static bool IsTransient(HttpStatusCode status)
            => status == HttpStatusCode.TooManyRequests || IsFault(status);

        private TimeSpan Backoff(int attempt) => policy.WaitBefore(attempt, random());
    }
}
