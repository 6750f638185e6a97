# A damped oscillator of period 1, let go at 1: x'' + 2 D w x' + w^2 x = 0 with w = 2 pi, by the classical Runge-Kutta method.
# Variables: damping (D, of critical damping), periods (how long; 0 goes on for ever), steps (per period).
# Writes result.csv, and trace_1.csv to trace_4.csv, each when its quarter of the time is over.
function acceleration(x, v) { return -2 * damping * w * v - w * w * x }

function step(   a1, a2, a3, a4, v2, v3, v4) {
    a1 = acceleration(x, v)
    v2 = v + h / 2 * a1; a2 = acceleration(x + h / 2 * v, v2)
    v3 = v + h / 2 * a2; a3 = acceleration(x + h / 2 * v2, v3)
    v4 = v + h * a3; a4 = acceleration(x + h * v3, v4)
    x += h / 6 * (v + 2 * v2 + 2 * v3 + v4)
    v += h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
}

BEGIN {
    OFMT = CONVFMT = "%.12g"
    w = 8 * atan2(1, 1)
    h = 1 / steps
    x = 1
    v = 0
    for (period = 1; periods == 0 || period <= periods; period++) {
        for (i = 0; i < steps; i++) step()
        if (periods == 0) {
            if (period % 1000 == 0) { print "period " period ", position " x; fflush() }
            continue
        }

        trace = "trace_" int((period - 1) * 4 / periods) + 1 ".csv"
        if (trace != last) {
            if (last != "") close(last)
            print "time,position" > trace
            last = trace
        }

        print period "," x > trace
    }

    close(last)
    print "damping,periods,position" > "result.csv"
    print damping "," periods "," x > "result.csv"
}
