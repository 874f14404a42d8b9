package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// ParseParams reads the values of l's parameters as a command line gives them:
// "name=value", a list as name=10,7,9. Errors name the parameter and what it takes.
func ParseParams(l *Layout, args []string) (Params, error) {
	out := Params{}
	var list diag.List
	for _, a := range args {
		name, text, ok := strings.Cut(a, "=")
		i := slices.IndexFunc(l.Params, func(p *Param) bool { return p.Name == name })
		switch {
		case !ok:
			list.Errorf(diag.Pos{}, diag.ParamValue, "%q is not name=value", a)
		case i < 0:
			var names []string
			for _, p := range l.Params {
				names = append(names, p.Name)
			}
			list.Errorf(diag.Pos{}, diag.ParamValue, "layout %s has no parameter %s%s", l.Name, short(name), diag.DidYouMean(name, names...)).
				Hintf("parameters: %s", joinAnd(names))
		default:
			if _, dup := out[name]; dup {
				list.Errorf(diag.Pos{}, diag.ParamValue, "parameter %s is given twice", name)
			}
			v, err := parseParam(l.Params[i], text)
			if err != nil {
				list.Errorf(diag.Pos{}, diag.ParamValue, "parameter %s: %v", name, err)
			}
			out[name] = v
		}
	}
	return out, list.Err()
}

func parseParam(p *Param, text string) (any, error) {
	switch p.Kind {
	case ParamString:
		return text, nil
	case ParamInt:
		v, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not an integer", text)
		}
		return v, nil
	}
	out := []int64{}
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseInt(strings.TrimSpace(part), 0, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a list of integers such as 10,7,9", text)
		}
		out = append(out, v)
	}
	return out, nil
}

// bind gives every parameter its value.
func (lo *lowerer) bind(values Params) bool {
	lo.env = Env{Ints: map[*Param]int64{}, Lists: map[*Param]map[int64]int64{}, Vars: map[*Var]int64{}}
	lo.texts = Texts{Params: map[*Param]string{}}
	for name := range values {
		if !slices.ContainsFunc(lo.l.Params, func(p *Param) bool { return p.Name == name }) {
			lo.list.Errorf(lo.l.Pos, diag.ParamValue, "layout %s has no parameter %s", lo.l.Name, name)
		}
	}
	for _, p := range lo.l.Params {
		v, given := values[p.Name]
		switch {
		case !given && !p.HasDefault:
			lo.list.Errorf(p.Pos, diag.ParamValue, "parameter %s has no value", p.Name).Hintf("-p %s=…", p.Name)
		case p.Kind == ParamString:
			lo.bindString(p, v, given)
		case p.Kind == ParamInt:
			lo.bindInt(p, v, given)
		}
	}
	return !lo.list.HasErrors()
}

func (lo *lowerer) bindString(p *Param, v any, given bool) {
	s := p.DefaultString
	if given {
		var ok bool
		if s, ok = v.(string); !ok {
			lo.list.Errorf(p.Pos, diag.ParamValue, "parameter %s is a string, not %v", p.Name, v)
		}
	}
	if strings.ContainsRune(s, 0) {
		lo.list.Errorf(p.Pos, diag.ParamValue, "parameter %s holds a zero byte, which no name can", p.Name)
	}
	lo.texts.Params[p] = s
}

func (lo *lowerer) bindInt(p *Param, v any, given bool) {
	n := p.DefaultInt
	switch v := v.(type) {
	case int64:
		n = v
	case int:
		n = int64(v)
	default:
		if given {
			lo.list.Errorf(p.Pos, diag.ParamValue, "parameter %s is an integer, not %v", p.Name, v)
		}
	}
	lo.env.Ints[p] = n
}

// bindVars computes the values of every closed variable, and then the lists over them.
func (lo *lowerer) bindVars() bool {
	lo.vars = map[*Var][]int64{}
	for _, v := range lo.l.Vars {
		if v.Open {
			continue
		}
		values, err := v.values(lo.env)
		if err != nil {
			lo.fail(v.ValuesPos, diag.BadVar, err)
			continue
		}
		lo.vars[v] = values
	}
	return !lo.list.HasErrors()
}

// values returns the values of a closed variable in their order.
func (v *Var) values(env Env) ([]int64, error) {
	if v.List != nil {
		out := make([]int64, len(v.List))
		seen := make(map[int64]bool, len(v.List))
		for i, e := range v.List {
			x, err := e.Eval(env)
			if err != nil {
				return nil, err
			}
			if seen[x] {
				return nil, fmt.Errorf("variable %s takes the value %d twice", v.Name, x)
			}
			out[i], seen[x] = x, true
		}
		return out, nil
	}
	first, err := v.First.Eval(env)
	if err != nil {
		return nil, err
	}
	last, err := v.Last.Eval(env)
	if err != nil {
		return nil, err
	}
	n, err := sub(last, first)
	switch {
	case last < first:
		return nil, fmt.Errorf("variable %s has no values: %s..%s is %d..%d", v.Name, v.First, v.Last, first, last)
	case err != nil || n >= maxMappings:
		return nil, fmt.Errorf("variable %s has more than %d values: %d..%d", v.Name, maxMappings, first, last)
	}
	out := make([]int64, n+1)
	for i := range out {
		out[i] = first + int64(i)
	}
	return out, nil
}

// bindLists gives the []int parameters their values; variables are bound before.
func (lo *lowerer) bindLists(values Params) bool {
	for _, p := range lo.l.Params {
		if p.Kind != ParamInts || p.OverVar == nil {
			continue
		}
		list := p.DefaultInts
		switch v := values[p.Name].(type) {
		case []int64:
			list = v
		case []int:
			list = make([]int64, len(v))
			for i, x := range v {
				list[i] = int64(x)
			}
		case nil:
		default:
			lo.list.Errorf(p.Pos, diag.ParamValue, "parameter %s is a list of integers, not %v", p.Name, v)
			continue
		}
		over := lo.vars[p.OverVar]
		if len(list) != len(over) {
			lo.list.Errorf(p.Pos, diag.ParamValue, "parameter %s has %s, and variable %s takes %s", p.Name,
				plural(len(list), "value"), p.OverVar.Name, plural(len(over), "value"))
			continue
		}
		m := make(map[int64]int64, len(list))
		for i, x := range over {
			m[x] = list[i]
		}
		lo.env.Lists[p] = m
	}
	return !lo.list.HasErrors()
}
