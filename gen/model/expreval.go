package model

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Env gives the values that an expression is evaluated with. A nil map is empty.
type Env struct {
	Ints  map[*Param]int64           // int parameters
	Lists map[*Param]map[int64]int64 // []int parameters: value of the variable → integer
	Vars  map[*Var]int64             // values of variables
}

// EvalError is an expression that has no value: overflow, a division by zero, a
// name without a value. It names the expression and the values that went in.
type EvalError struct {
	Expr   *Expr
	Pos    diag.Pos
	Reason string
	Values string // "frames = 3, n = 5"; "" when the expression has no names
}

// Error returns the expression, the reason and the values.
func (e *EvalError) Error() string {
	s := fmt.Sprintf("%s: %s", e.Expr, e.Reason)
	if e.Values != "" {
		s += " (" + e.Values + ")"
	}
	return s
}

var (
	errOverflow = errors.New("overflows 64 bits")
	errDivision = errors.New("divides by zero")
)

// Eval returns the value of e, computed with checked arithmetic. Errors are *EvalError.
func (e *Expr) Eval(env Env) (int64, error) {
	v, err := eval(e.Root, env)
	if err != nil {
		return 0, &EvalError{Expr: e, Pos: e.Pos, Reason: err.Error(), Values: e.values(env)}
	}
	return v, nil
}

// Extent returns the value of e as a length: an error when it is negative.
func (e *Expr) Extent(env Env) (int64, error) {
	v, err := e.Eval(env)
	if err == nil && v < 0 {
		return 0, &EvalError{Expr: e, Pos: e.Pos, Reason: fmt.Sprintf("is negative: %d", v), Values: e.values(env)}
	}
	return v, err
}

// values lists the names of e with their values, in the order of appearance.
func (e *Expr) values(env Env) string {
	var parts, seen []string
	e.Refs(func(r *Ref) {
		if slices.Contains(seen, r.Name) {
			return
		}
		seen = append(seen, r.Name)
		if v, err := eval(r, env); err == nil {
			parts = append(parts, fmt.Sprintf("%s = %d", r.Name, v))
		}
	})
	return strings.Join(parts, ", ")
}

func eval(n Node, env Env) (int64, error) {
	switch n := n.(type) {
	case *Lit:
		return n.Value, nil
	case *Ref:
		return evalRef(n, env)
	case *Index:
		return evalIndex(n, env)
	case *Unary:
		x, err := eval(n.X, env)
		if err != nil {
			return 0, err
		}
		return sub(0, x)
	case *Binary:
		x, err := eval(n.X, env)
		if err != nil {
			return 0, err
		}
		y, err := eval(n.Y, env)
		if err != nil {
			return 0, err
		}
		return binary(n.Op, x, y)
	case *Call:
		return evalCall(n, env)
	}
	return 0, fmt.Errorf("unknown node %T", n)
}

func evalRef(n *Ref, env Env) (int64, error) {
	switch n.Kind {
	case RefConst:
		return n.Const.Value, nil
	case RefParam:
		if v, ok := env.Ints[n.Param]; ok {
			return v, nil
		}
	case RefVar:
		if v, ok := env.Vars[n.Var]; ok {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%s has no value here", n.Name)
}

func evalIndex(n *Index, env Env) (int64, error) {
	i, err := eval(n.I, env)
	if err != nil {
		return 0, err
	}
	v, ok := env.Lists[n.X.Param][i]
	if !ok {
		return 0, fmt.Errorf("%s has no value for %d", n.X.Name, i)
	}
	return v, nil
}

func evalCall(n *Call, env Env) (int64, error) {
	args := make([]int64, len(n.Args))
	for i, a := range n.Args {
		v, err := eval(a, env)
		if err != nil {
			return 0, err
		}
		args[i] = v
	}
	switch n.Func {
	case "min":
		return slices.Min(args), nil
	case "max":
		return slices.Max(args), nil
	}
	return ceilDiv(args[0], args[1])
}

func binary(op byte, x, y int64) (int64, error) {
	switch op {
	case '+':
		return add(x, y)
	case '-':
		return sub(x, y)
	case '*':
		return mul(x, y)
	}
	if y == 0 {
		return 0, errDivision
	}
	if x == math.MinInt64 && y == -1 {
		return 0, errOverflow
	}
	if op == '/' {
		return x / y, nil
	}
	return x % y, nil
}

func add(x, y int64) (int64, error) {
	s := x + y
	if (s > x) != (y > 0) {
		return 0, errOverflow
	}
	return s, nil
}

func sub(x, y int64) (int64, error) {
	d := x - y
	if (d < x) != (y > 0) {
		return 0, errOverflow
	}
	return d, nil
}

func mul(x, y int64) (int64, error) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	switch {
	case hi != 0 || lo > 1<<63 || lo == 1<<63 && !negative:
		return 0, errOverflow
	case negative:
		return -int64(lo), nil
	}
	return int64(lo), nil
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// ceilDiv is x/y rounded toward positive infinity.
func ceilDiv(x, y int64) (int64, error) {
	if y == 0 {
		return 0, errDivision
	}
	if x == math.MinInt64 && y == -1 {
		return 0, errOverflow
	}
	q := x / y
	if x%y != 0 && (x < 0) == (y < 0) {
		q++
	}
	return q, nil
}
